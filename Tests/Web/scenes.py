"""What there is to see on the dashboard: topics that were changed on both sides, a change that the site refuses."""

from community import eventually

GHOST = "taxonomy_term--social_tagging"
ADMINISTRATOR, MEMBER, PASSWORD = "Root at home", "Plain member", "correct horse battery staple"


class Stage:
    """Topics with their parts to play, each in the state that its name says."""

    def __init__(self, community):
        self.community = community
        self.topics = iter(community.topics(50))

    def topic(self):
        return next(self.topics)

    def untagged(self):
        """A topic without tags: one that has the tag that it is to get would change in nothing."""
        for id in self.topics:
            _, linked = self.community.api.ask("GET", f"/jsonapi/node/topic/{id}/relationships/social_tagging")
            if not linked["data"]:
                return id
        raise SystemExit("web: each topic has tags")

    def waiting(self, command):
        """How many there are of a list that the program prints."""
        return sum(line[:1].isdigit() for line in self.community.run(command, "list").splitlines())

    def conflict(self, words):
        """A topic whose title was changed on the site and, unseen, here. Its id."""
        id, before = self.topic(), self.waiting("conflicts")
        site = self.community.site.edit(id, title=f"The site has written {words} anew")
        local = self.community.api.edit(id, title=f"The mirror has put {words} otherwise")
        if (site, local) != (200, 200) or not eventually(lambda: self.waiting("conflicts") > before):
            raise SystemExit(f"web: no conflict came up: {site}, {local}\n{self.community.log()}")
        return id

    def refused(self, title):
        """A topic with a change that the site refuses, since it leads to a tag that is gone there. Its id."""
        id, tag = self.untagged(), self.ghost()
        before = self.rejected()
        status, _ = self.community.api.ask("PATCH", "/jsonapi/node/topic/" + id, {"data": {
            "type": "node--topic", "id": id, "attributes": {"title": title},
            "relationships": {"social_tagging": {"data": [{"type": GHOST, "id": tag}]}}}})
        if status != 200 or not eventually(lambda: self.rejected() > before):
            raise SystemExit(f"web: nothing was refused: {status}\n{self.community.log()}")
        return id

    def rejected(self):
        return sum(" rejected " in line for line in self.community.run("queue", "list").splitlines())

    def ghost(self):
        """A tag that the mirror has, and the site no longer."""
        path = f"/jsonapi/{GHOST.replace('--', '/')}"
        _, tags = self.community.api.ask("GET", path)
        for id in (tag["id"] for tag in tags["data"]):
            if self.community.site.ask("DELETE", f"{path}/{id}")[0] == 204:
                return id
        raise SystemExit("web: the site has no tag that can be deleted")


def people(community):
    """Somebody who may see the dashboard, and somebody who may not."""
    community.run("account", "add", ADMINISTRATOR, "--password-stdin", "--scopes", "*", text=PASSWORD)
    community.run("account", "add", MEMBER, "--password-stdin", text=PASSWORD)
