// swift-tools-version:6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// The reference programs of the benchmarks. What is measured beside them is the built `social-mirror`, as a process.
let package = Package(
  name: "social-mirror-benchmarks",
  dependencies: [
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1")
  ],
  targets: [
    .executableTarget(
      name: "StaticServer",
      dependencies: [.product(name: "Hummingbird", package: "hummingbird")],
      swiftSettings: strict),
    .executableTarget(
      name: "CurlAlone", cSettings: [.treatAllWarnings(as: .error)], linkerSettings: [.linkedLibrary("curl")]),
    .executableTarget(
      name: "SQLiteAlone", cSettings: [.treatAllWarnings(as: .error)], linkerSettings: [.linkedLibrary("sqlite3")]),
  ],
  swiftLanguageModes: [.v6]
)
