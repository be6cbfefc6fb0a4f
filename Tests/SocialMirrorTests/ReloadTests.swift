import JSONAPI
import Testing

@testable import SocialMirror

/// What of a changed configuration counts at once.
@Suite struct ReloadTests {
  @Test func whatCanBeTakenIsToldFromWhatWaits() {
    let reload = Reload(
      from: ["log.level": "info", "localAPI.port": 8480, "sync.intervalSeconds": 60],
      to: ["log.level": "debug", "localAPI.port": 8490, "sync.intervalSeconds": 60, "site.proxy": "http://127.0.0.1:1"])
    #expect(reload.taken == ["log.level"])
    #expect(reload.waiting == ["localAPI.port", "site.proxy"])
    #expect(
      reload.sentence == "configuration: taken anew: log.level; count after a restart: localAPI.port, site.proxy")
  }

  @Test func whatIsTheSameIsNothing() {
    #expect(Reload(from: ["log.level": "info"], to: ["log.level": "info"]).sentence == "the configuration is as it was")
  }

  @Test func aKeyThatIsLeftOutCounts() {
    #expect(Reload(from: ["log.level": "debug"], to: [:]).taken == ["log.level"])
  }

  @Test func theKeysAreThoseOfTheConfiguration() {
    for key in Reload.keys { #expect(ConfigurationKey.named(key) != nil, "\(key)") }
  }
}
