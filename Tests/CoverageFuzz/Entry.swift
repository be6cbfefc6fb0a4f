import Foundation
import Support

#if FUZZER
/// One input of libFuzzer (https://llvm.org/docs/LibFuzzer.html), which has its own `main`; `FUZZ_TARGET` names where it goes.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let fault = Replay.fault(target, input) else { return 0 }
  FileHandle.standardError.write(Data("\(target.rawValue): \(fault)\n".utf8))
  abort()
}

private let target =
  ProcessInfo.processInfo.environment["FUZZ_TARGET"].flatMap { FuzzTarget(rawValue: $0) } ?? .query
#else
/// `CoverageFuzz TARGET FILE…`: what comes of inputs that were found. The fuzzer itself is `make fuzz-coverage`.
@main
enum Entry {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    guard let target = arguments.first.flatMap({ FuzzTarget(rawValue: $0) }) else {
      print("usage: CoverageFuzz \(FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")) FILE…")
      exit(2)
    }
    var code: Int32 = 0
    for path in arguments.dropFirst() {
      let input = FileManager.default.contents(atPath: path).map { Array($0) }
      let fault = input == nil ? "cannot be read" : Replay.fault(target, input ?? [])
      print("\(path): \(fault ?? "in order")")
      if fault != nil { code = 1 }
    }
    exit(code)
  }
}
#endif
