-- Asks for one path after the other of the file that the environment names, from the first to the last and again.
local paths = {}
for path in io.lines(os.getenv("paths")) do paths[#paths + 1] = path end
local number = 0

request = function()
  number = number % #paths + 1
  return wrk.format("GET", paths[number])
end
