-- Changes one topic after the other, whose UUIDs are in the file that the environment names, each time to another title.
local topics = {}
for uuid in io.lines(os.getenv("paths")) do topics[#topics + 1] = uuid end
local number = math.random(1000000) * 1000
wrk.headers["Content-Type"] = "application/vnd.api+json"

request = function()
  number = number + 1
  local uuid = topics[number % #topics + 1]
  return wrk.format("PATCH", "/jsonapi/node/topic/" .. uuid, nil,
    '{"data":{"type":"node--topic","id":"' .. uuid .. '","attributes":{"title":"A title of some length, number ' .. number .. '"}}}')
end
