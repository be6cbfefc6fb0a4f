-- Filters, sorts and includes, each under a URL that was never asked for.
local pages = {
  "/jsonapi/node/topic?page[limit]=10&sort=-changed", "/jsonapi/node/event?filter[status]=1&page[limit]=10&include=uid",
  "/jsonapi/comment/comment?filter[uid.status]=1&page[limit]=10", "/jsonapi/user/user?page[limit]=25&sort=name",
}
local number = os.time() * 1000

request = function()
  number = number + 1
  return wrk.format("GET", pages[number % #pages + 1] .. "&benchAsk=" .. number)
end
