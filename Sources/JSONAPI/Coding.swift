/// Documents consist of JSON, so whoever imports this room has the values, times and codings of `Coding` with it.
@_exported import Coding
