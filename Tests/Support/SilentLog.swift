import Logging

/// A log that goes nowhere.
package let silentLog = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
