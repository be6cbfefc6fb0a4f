/// What serial numbers say about the order of a page. Which attribute holds them: `SerialNumbers`.
enum SerialNumber {
  /// How far a page that should be in ascending order gets: the greatest number with none but lower ones before it and none but
  /// higher ones behind it. Nil where there is none.
  static func reach(_ numbers: [Int64]) -> Int64? {
    var least: [Int64] = []
    var lowest = Int64.max
    for number in numbers.reversed() {
      least.append(lowest)
      lowest = min(lowest, number)
    }
    var reach: Int64?
    var greatest: Int64?
    for (number, behind) in zip(numbers, least.reversed()) {
      if number > greatest ?? .min, number < behind || behind == .max { reach = number }
      greatest = max(greatest ?? .min, number)
    }
    return reach
  }
}
