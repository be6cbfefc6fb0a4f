// swift-tools-version:6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// For the rooms where the time of the tests goes: simulations scan and store millions of resources.
let quick: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// Debug builds are linked by the toolchain's own linker: seconds less after each changed line.
let linked: [LinkerSetting] = [
  .unsafeFlags(["-use-ld=lld"], .when(platforms: [.linux], configuration: .debug))
]

/// The tests of one target, with what all tests share.
func tests(of target: String, _ more: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(target)Tests", dependencies: [.target(name: target), "Support"] + more,
    swiftSettings: strict)
}

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypesHTTP1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
  name: "social-mirror",
  // The program alone: the rooms are for each other (`package` access), so a library of them would offer nothing.
  products: [.executable(name: "social-mirror", targets: ["SocialMirror"])],
  traits: [
    .default(enabledTraits: ["Demo", "Postgres"]),
    .trait(name: "Postgres", description: "The command `publish`, which needs libpq."),
    .trait(name: "Demo", description: "The command `demo`, with the sample site that it starts."),
  ],
  dependencies: [
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .target(name: "Coding", swiftSettings: quick),
    .target(name: "DurableFiles", swiftSettings: strict),
    .target(name: "Measures", swiftSettings: quick),
    .target(name: "JSONAPI", dependencies: ["Coding"], swiftSettings: quick),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CAllocator"),
    .systemLibrary(name: "CRename"),
    .systemLibrary(name: "CScheduler"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .target(name: "OpenSocial", dependencies: ["JSONAPI"], swiftSettings: quick),
    .target(name: "APIDescription", dependencies: ["JSONAPI", "OpenSocial"], swiftSettings: strict),
    .target(
      name: "Store", dependencies: ["JSONAPI", "OpenSocial", "DurableFiles", grdb, sqlite, crypto],
      swiftSettings: quick),
    .target(
      name: "Upstream",
      dependencies: ["JSONAPI", "OpenSocial", "DurableFiles", "Measures", "CCurl", crypto, cryptoExtras, logging],
      swiftSettings: quick),
    .target(
      name: "SyncAgent", dependencies: ["JSONAPI", "Measures", "OpenSocial", "Store", "Upstream", logging],
      swiftSettings: quick),
    .target(name: "Feed", dependencies: ["JSONAPI", "Store", "Upstream", crypto, logging], swiftSettings: strict),
    .target(name: "Reports", dependencies: ["JSONAPI", "Store", "SyncAgent"], swiftSettings: strict),
    .target(
      name: "Publish",
      dependencies: ["Coding", "Store", .target(name: "CPostgres", condition: .when(traits: ["Postgres"])), logging],
      swiftSettings: quick),
    .target(
      name: "Export", dependencies: ["JSONAPI", "DurableFiles", "Store", "CRename", crypto], swiftSettings: quick),
    .target(
      name: "TokenIssuer",
      dependencies: [
        "Coding", "DurableFiles", .product(name: "JWTKit", package: "jwt-kit"), crypto, cryptoExtras,
      ],
      swiftSettings: strict),
    .target(
      name: "LocalAPI",
      dependencies: [
        "APIDescription", "JSONAPI", "Measures", "OpenSocial", "Store", "TokenIssuer", "CScheduler", "CZlib", crypto,
        hummingbird, hummingbirdCore, httpTypes, nioCore, nioHTTP1, nioHTTPTypesHTTP1, nioPosix, nioSSL, lifecycle,
        logging,
      ],
      swiftSettings: strict),
    .target(
      name: "Admin",
      dependencies: [
        "Coding", "Control", "Measures", "Store", "Reports", "TokenIssuer", hummingbird, hummingbirdCore, httpTypes,
        nioCore, nioPosix, logging,
      ],
      swiftSettings: strict),
    .target(
      name: "Control", dependencies: ["Coding", nioCore, nioPosix, logging], swiftSettings: strict),
    .target(name: "SampleContent", exclude: ["community.bin", "pack.py"]),
    .target(
      name: "SampleSite",
      dependencies: [
        "JSONAPI", "SampleContent", "CZlib", hummingbirdCore, httpTypes, nioCore, nioPosix, logging,
      ],
      swiftSettings: quick),
    .executableTarget(
      name: "SocialMirror",
      dependencies: [
        "CAllocator", "CScheduler", "JSONAPI", "Measures", "OpenSocial", "Store", "Upstream", "SyncAgent", "Reports",
        "TokenIssuer", "LocalAPI", "Admin", "Control", "Feed", "Publish", "Export",
        .target(name: "SampleSite", condition: .when(traits: ["Demo"])),
        logging, lifecycle,
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Configuration", package: "swift-configuration"),
      ],
      swiftSettings: strict, linkerSettings: linked),

    .target(
      name: "Support",
      dependencies: [
        "JSONAPI", "OpenSocial", "Store", "Upstream", "SyncAgent", "LocalAPI", "TokenIssuer", "SampleSite",
        "CZlib", hummingbird, hummingbirdCore, httpTypes, nioCore, logging,
      ],
      path: "Tests/Support", swiftSettings: quick),
    .executableTarget(
      name: "Fuzz", dependencies: ["Support"], path: "Tests/Fuzz", swiftSettings: strict, linkerSettings: linked),
    // With `--sanitize fuzzer -Xswiftc -DFUZZER` it is libFuzzer's; else it replays what was found.
    .executableTarget(
      name: "CoverageFuzz", dependencies: ["Support"], path: "Tests/CoverageFuzz", exclude: ["seeds"],
      swiftSettings: strict, linkerSettings: linked),
    tests(of: "Coding"),
    tests(of: "DurableFiles"),
    tests(of: "Measures"),
    tests(
      of: "Admin",
      [
        "Coding", "Control", "JSONAPI", "Measures", "Reports", "Store", "TokenIssuer", httpTypes, logging,
        nioCore,
      ]),
    tests(of: "Control", ["Coding", nioCore, nioPosix, logging]),
    tests(of: "JSONAPI"),
    tests(of: "APIDescription", ["JSONAPI", "OpenSocial"]),
    tests(of: "OpenSocial", ["JSONAPI"]),
    tests(of: "Store", ["JSONAPI", "OpenSocial", grdb]),
    tests(of: "Upstream", ["JSONAPI", "Measures", hummingbird, httpTypes, nioCore, logging]),
    tests(of: "SyncAgent", ["JSONAPI", "OpenSocial", "Store", "Upstream", "SampleSite", grdb, logging]),
    tests(of: "Feed", ["JSONAPI", "Store", "Upstream", "SampleSite", crypto]),
    tests(of: "Reports", ["JSONAPI", "Store", "SyncAgent"]),
    tests(of: "Publish", ["Store", "JSONAPI"]),
    tests(of: "Export", ["JSONAPI", "Store", grdb, crypto]),
    tests(of: "TokenIssuer", ["JSONAPI", crypto, cryptoExtras]),
    tests(
      of: "LocalAPI",
      [
        "CScheduler", "JSONAPI", "Measures", "OpenSocial", "SampleSite", "Store", "TokenIssuer", hummingbird, httpTypes,
        nioCore, nioHTTP1, crypto, cryptoExtras,
      ]),
    tests(of: "SampleSite", ["JSONAPI", "Upstream"]),
    tests(
      of: "SocialMirror",
      ["JSONAPI", "Store", "Upstream", "SyncAgent", "LocalAPI", "TokenIssuer", "Admin", "SampleSite", grdb, logging]),
    .testTarget(name: "HouseTests", swiftSettings: strict, linkerSettings: linked),
    .testTarget(
      name: "ContractTests", dependencies: ["Support", "JSONAPI", "OpenSocial", "SampleSite", "LocalAPI", "Store"],
      swiftSettings: quick),
    .testTarget(
      name: "ScenarioTests",
      dependencies: [
        "Support", "JSONAPI", "OpenSocial", "SampleSite", "SyncAgent", "Store", "Upstream", "Export", grdb,
      ],
      swiftSettings: quick),
  ],
  swiftLanguageModes: [.v6]
)
