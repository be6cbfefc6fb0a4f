-- Asks for the same resources under a URL that was never asked for: the parameter means nothing, but is part of the answer's link.
local number = os.time() * 1000

request = function()
  number = number + 1
  return wrk.format("GET", wrk.path .. "&benchAsk=" .. number)
end
