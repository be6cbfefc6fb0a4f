import Foundation

/// This machine's clock in Unix seconds.
let unixNow: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
