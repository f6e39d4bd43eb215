import time


def read(api, address, **asked):
    """One answer. Waits as long as the registry says where it is asked too often."""
    while True:
        answer = api.get(address, **asked)
        if answer.status_code not in {429, 503}:
            break
        time.sleep(int(answer.headers.get("Retry-After", 1)))
    if answer.status_code not in {404, 410}:  # not there, or not any more
        answer.raise_for_status()
    return answer


def load(api, root, store, types=("agreements", "organizations")):
    """Everything there is, once. Gives the place to follow the feed from."""
    place = read(api, f"{root}/changes/start").json()["token"]
    for name in types:
        page = {"next": f"{root}/{name}?page_size=200"}
        while page["next"]:
            page = read(api, page["next"]).json()
            store.update({each["id"]: each for each in page["results"]})
    return place


def follow(api, root, store, place, types=("agreement", "organization")):
    """What changed since `place`. Gives the next place: keep it beside the copy, and come back."""
    page = {"has_more": True}
    while page["has_more"]:
        asked = {"after": place, "types": types, "view": "compact"}
        answer = read(api, f"{root}/changes", params=asked)
        if answer.status_code == 410:
            raise LookupError("The registry does not know this place any more: load everything anew.")
        page = answer.json()
        for line in page["results"]:
            store.pop(line["id"], None)
            if "url" in line:
                found = read(api, line["url"])
                if found.status_code == 200:  # of a merged record, the one that was kept
                    store[found.json()["id"]] = found.json()
        place = page["token"]
    return place
