def load(api, root, store, types=("agreements", "organizations")):
    """Everything there is, once. Gives the place to follow the feed from."""
    place = api.get(f"{root}/changes/start").json()["token"]
    for name in types:
        page = {"next": f"{root}/{name}?page_size=200"}
        while page["next"]:
            page = api.get(page["next"]).json()
            store.update({each["id"]: each for each in page["results"]})
    return place


def follow(api, root, store, place, types=("agreement", "organization")):
    """What changed since `place`. Gives the next place: keep it beside the copy, and come back."""
    page = {"has_more": True}
    while page["has_more"]:
        asked = {"after": place, "types": types, "view": "compact"}
        page = api.get(f"{root}/changes", params=asked).json()
        for line in page["results"]:
            found = api.get(line["url"]) if "url" in line and line["action"] != "merged" else None
            if found is not None and found.status_code == 200:
                store[line["id"]] = found.json()
            else:
                store.pop(line["id"], None)
        place = page["token"]
    return place
