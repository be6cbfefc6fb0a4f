-- Asks for one path after the other of the file that the environment names, from the first to the last and again. With `paced` set, with
-- pauses of 2 to 6 ms: how long an answer takes where clients do not ask as fast as they can.
local paths = {}
for path in io.lines(os.getenv("paths")) do paths[#paths + 1] = path end
local number = 0

request = function()
  number = number % #paths + 1
  return wrk.format("GET", paths[number])
end

if os.getenv("paced") then
  delay = function() return math.random(2, 6) end
end
