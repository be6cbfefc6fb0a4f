import ArgumentParser
import Configuration
@main struct P { static func main() {} }
