// swift-tools-version:6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// The reference program of the benchmarks in Swift; those in C are compiled by `table/programs.py`. What is measured beside them is the
/// built `social-mirror`, as a process.
let package = Package(
  name: "social-mirror-benchmarks",
  dependencies: [
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1")
  ],
  targets: [
    .executableTarget(
      name: "StaticServer",
      dependencies: [.product(name: "Hummingbird", package: "hummingbird")],
      swiftSettings: strict)
  ],
  swiftLanguageModes: [.v6]
)
