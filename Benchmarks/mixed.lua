-- What a CRM asks for: half of it resources by id, out of the file that the environment names, half pages, filters, sorts and includes,
-- each under a URL that was never asked for.
local paths = {}
for path in io.lines(os.getenv("paths")) do paths[#paths + 1] = path end
local pages = {
  "/jsonapi/node/topic?page[limit]=10&sort=-changed", "/jsonapi/node/event?filter[status]=1&page[limit]=10&include=uid",
  "/jsonapi/profile/profile?page[limit]=20", "/jsonapi/comment/comment?filter[uid.status]=1&page[limit]=10",
  "/jsonapi/user/user?page[limit]=25&sort=name", "/jsonapi/event_enrollment/event_enrollment?page[limit]=25",
}
math.randomseed(os.time())
local number = os.time() * 1000

request = function()
  number = number + 1
  if number % 2 == 0 then return wrk.format("GET", paths[math.random(#paths)]) end
  return wrk.format("GET", pages[math.random(#pages)] .. "&benchAsk=" .. number)
end
