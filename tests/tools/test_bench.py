"""The measuring of speed: fair floors, ratios that are right, and no figure where an answer was wrong."""

import json
import math
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client

from organizations.models import Organization, User
from organizations.services.tokens import issue_token
from tests.bearing import bearing
from tools import dataset, postgres
from tools.bench import access, importing, memory, report
from tools.bench.__main__ import Wish, bench, wished
from tools.bench.client import run
from tools.bench.operations import (
    APPLICATION,
    BY_NAME,
    FLOOR,
    OPERATIONS,
    PEER,
    Facts,
    Operation,
    dossier,
    token,
)
from tools.bench.rounds import Cell, asking, measured, middle, ratios
from tools.bench.servers import Contender
from tools.bench.statements import statements
from tools.lifelike.load import fill
from tools.lifelike.world import World
from tools.postgres import Refusal

SMALL = World(60)


def cell(
    contender: str, per_second: float, *, round: int = 1, operation: str = "list", clients: int = 1
) -> Cell:
    return Cell(operation, contender, clients, round, 10, per_second, 1000 / per_second, 9, 2.0, 1.0, 5000)


def a_run(*cells: Cell) -> report.Run:
    return report.Run(60, 2, 1, list(cells), {FLOOR: 40.0})


class TestRatios:
    def test_are_of_the_same_round_alone(self):
        cells = [
            *(cell(FLOOR, 100), cell(APPLICATION, 150)),
            *(
                cell(FLOOR, 50, round=2),
                cell(APPLICATION, 150, round=2),
            ),  # the machine was busy, for the floor
            *(cell(FLOOR, 100, round=3), cell(APPLICATION, 130, round=3)),
        ]

        found = ratios(cells, {"list": FLOOR})

        assert found.keys() == {("list", 1, APPLICATION)}
        ratio = found["list", 1, APPLICATION]
        assert (ratio.median, ratio.low, ratio.high) == pytest.approx((1.5, 1.3, 3))

    def test_are_kept_apart_by_operation_and_by_clients(self):
        cells = [
            *(cell(FLOOR, 100), cell(PEER, 10)),
            *(cell(FLOOR, 200, clients=16), cell(PEER, 10, clients=16)),
            *(cell(PEER, 10, operation="page"), cell(APPLICATION, 100, operation="page")),
        ]

        found = ratios(cells, {"list": FLOOR, "page": PEER})

        assert {key: each.median for key, each in found.items()} == {
            ("list", 1, PEER): pytest.approx(0.1),
            ("list", 16, PEER): pytest.approx(0.05),
            ("page", 1, APPLICATION): pytest.approx(10),
        }

    def test_of_nothing_are_none(self):
        assert ratios([cell(APPLICATION, 5)], {"list": FLOOR}) == {}
        assert middle([]) is None


class TestTheTable:
    def test_says_which_goals_are_met(self):
        lines = report.rows(a_run(cell(FLOOR, 100), cell(APPLICATION, 150)))

        assert lines[0][2] == "1.500"
        assert "≥ 1.3 yes" in lines[0]
        assert "≥ 2 no" in lines[0]
        assert "≤ 8 yes" in lines[0]

    def test_is_kept_for_machines_and_in_the_page(self, tmp_path, monkeypatch):
        page = tmp_path / "performance.md"
        page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
        monkeypatch.setattr(report, "PAGE", page)
        told = a_run(cell(FLOOR, 100), cell(APPLICATION, 150))

        report.write([told], "", "", tmp_path / "last.json")
        report.document([told], "")

        kept = json.loads((tmp_path / "last.json").read_text())
        assert kept["runs"][0]["ratios"][0]["median"] == pytest.approx(1.5)
        assert {"date", "commit", "machine", "load"} <= kept.keys()
        text = page.read_text()
        assert text.startswith("before\n")
        assert text.endswith("after\n")
        assert "old" not in text
        assert "1.500" in text

    def test_says_what_grows_the_most(self):
        small = a_run(cell(APPLICATION, 100), cell(APPLICATION, 100, operation="one"))
        large = a_run(cell(APPLICATION, 10), cell(APPLICATION, 90, operation="one"))

        assert "10.0" in report.grown([small, large])
        assert report.grows_beyond([small, large]) == ["list"]  # nothing grows beyond: the CPU is the same
        costly = replace(large.cells[1], own_cpu=9.0)
        assert report.grows_beyond([small, a_run(large.cells[0], costly)]) == ["one"]
        assert "≤ 2 no" in report.grown([small, a_run(large.cells[0], costly)])


class TestAWish:
    def test_is_of_ten_thousand_until_a_larger_data_set_is_there(self):
        assert wished({}, made=set()).sizes == [10_000]
        assert wished({}, made={100_000}).sizes == [100_000]
        assert wished({"SCALES": "1k,10k"}, made=set()).clients == (1,)

    def test_compares_like_with_like(self):
        assert not wished({"SCALES": "1k,100k"}, made=set()).light
        assert wished({"SCALES": "1k,1m"}, made=set()).light
        assert wished({"SCALES": "1k", "LIGHT": "true"}, made=set()).light

    def test_may_be_of_memory(self):
        assert wished({"ONLY": "memory", "REQUESTS": "500"}, made=set()).requests == 500
        assert wished({"ONLY": "list"}, made=set()).requests == 0

    def test_may_be_of_an_import(self):
        assert wished({"ONLY": "import"}, made=set()).rows == 10_000
        assert wished({"ONLY": "import", "ROWS": "500"}, made=set()).rows == 500
        assert wished({"ONLY": "memory"}, made=set()).rows == 0

    @pytest.mark.parametrize(
        "environ",
        [
            {"SCALES": "2k"},
            {"ONLY": "lists"},
            {"ONLY": "memory,list"},
            {"ONLY": "import", "ROWS": "0"},
            {"ROUNDS": "none"},
            {"ROUNDS": "0"},
            {"CLIENTS": ""},
            {"MINUTES": "0.0"},
            {"REQUESTS": "-1"},
        ],
    )
    def test_that_cannot_be_meant_is_refused(self, environ):
        with pytest.raises(Refusal):
            wished(environ, made=set())


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    status = 200

    def do_GET(self):
        body = b"{}" if self.path == "/well" else b"sorry"
        self.send_response(200 if self.path == "/well" else 500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *told):
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        server.daemon_threads = True
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server.server_port
        server.shutdown()
        serving.join()


class TestAnAnswer:
    def ask(self, port: int, path: str) -> dict:
        operation = Operation("try", "try", {FLOOR: lambda facts: [("GET", path, {}, "")]})
        return asking(None)(operation, Contender(FLOOR, port, None), 2, 0.2)

    def test_is_timed(self, port):
        told = self.ask(port, "/well")

        assert told["bytes"] == 2
        assert len(told["milliseconds"]) > 2

    def test_that_is_an_error_ends_the_run(self, port):
        with pytest.raises(Refusal, match="500 sorry"):
            self.ask(port, "/badly")

    def test_that_never_comes_ends_the_run(self):
        with pytest.raises(Refusal, match="did not answer as agreed"):
            self.ask(1, "/well")

    def test_has_another_key_each_time(self, port):
        told = run(
            {
                "port": port,
                "clients": 1,
                "seconds": 0.05,
                "requests": [["GET", "/well", {"X": "{unique}"}, ""]],
            }
        )

        assert told["wrong"] == {}

    def test_is_asked_for_at_least_so_often(self, port):
        told = run(
            {"port": port, "clients": 2, "seconds": 0, "least": 7, "requests": [["GET", "/well", {}, ""]]}
        )

        assert len(told["milliseconds"]) == 7


class TestARun:
    def of(self, answers: dict[str, bool], **options) -> list[tuple[list[Cell], str]]:
        """What comes of operations of which some are answered."""

        def ask(operation, contender, clients, seconds, **asked):
            if not answers[operation.name]:
                raise Refusal("sorry")
            return {"milliseconds": [1.0], "seconds": 1, "bytes": 2}

        operations = [
            Operation(name, name, {APPLICATION: lambda facts: []}, baseline=APPLICATION) for name in answers
        ]
        contender = Contender(APPLICATION, 0, SimpleNamespace(pid=os.getpid()))
        return list(
            measured(
                operations,
                {APPLICATION: contender},
                ask,
                postgres=os.getpid(),
                clients=(1,),
                rounds=2,
                seconds=1,
                say=lambda line: None,
                **options,
            )
        )

    def test_goes_on_where_an_operation_is_not_answered(self):
        (lost, why), (kept, nothing) = self.of({"list": False, "one": True})

        assert (lost, why) == ([], "list, 1 at once: not measured: sorry")
        assert [each.operation for each in kept] == ["one", "one"]
        assert nothing == ""

    def test_begins_nothing_after_its_time(self):
        assert self.of({"list": True}, until=0) == [([], "list, 1 at once: not measured: the time was over")]

    def test_says_what_it_left(self, tmp_path):
        left = replace(a_run(cell(FLOOR, 100), cell(APPLICATION, 150)), left=["one: not measured: sorry"])

        report.write([left], "", "", tmp_path / "last.json")

        assert "one: not measured: sorry" in report.text(left)
        assert "one: not measured: sorry" in report.markdown(left)
        assert json.loads((tmp_path / "last.json").read_text())["runs"][0]["left"] == left.left


class TestMemory:
    def looks(self, *held: float) -> list[memory.Look]:
        return [
            memory.Look(number * memory.STEP, {1: (2 * each, each), 2: (2 * each, each)})
            for number, each in enumerate(held)
        ]

    def test_that_grows_at_first_alone_is_steady(self):
        told = memory.table(self.looks(50, 80, 100, 100, 101, 100, 100))

        assert told.endswith("steady.")
        assert "not steady" not in told
        assert "200, 100" in told

    def test_that_goes_on_growing_is_not(self):
        assert memory.table(self.looks(50, 60, 70, 80, 90, 100)).endswith("not steady.")

    def test_is_told_of_every_operation_that_reads(self):
        facts = Facts(60, ["a", "b"], "c", [], "2020-01-01T00:00:00Z", (0, 1, 1), "", "", "", "", ("MQ-1",))

        asked = memory.mixed(facts)

        assert memory.MIX.keys() >= {
            each.name for each in OPERATIONS if not each.writes and APPLICATION in each.asked
        } - {"deep", "faceted"}
        assert len(asked) == 20 * sum(memory.MIX.values())
        assert {"/api/v1/agreements/a", "/api/v1/agreements/b"} <= {path for _method, path, *_rest in asked}


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("long")
class TestTheFloor:
    @pytest.fixture
    def ask(self):
        """Ask the floor, and the application as a reader whose organization is in no agreement."""
        fill(SMALL, say=lambda line: None)
        lonely = Organization.objects.filter(participations=None).first()
        administrator = User.objects.get(role="administrator")
        tokens = {
            role: issue_token(organization=lonely, role=role, by=administrator)[1]
            for role in ("reader", "editor")
        }
        headers = {role: bearing(each) for role, each in tokens.items()}
        client = Client(headers={"Accept-Language": "en"})
        told = statements("http://localhost:8000/api/v1")
        with connection.cursor() as cursor:
            for name, (types, sql) in told.items():
                cursor.execute(
                    f"PREPARE floor_{name}{f'({types})' if types else ''} AS {sql}".replace("%", "%%"), []
                )

            def floor(name: str, *values):
                marks = f"({', '.join(['%s'] * len(values))})" if values else ""
                cursor.execute(f"EXECUTE floor_{name}{marks}", values)
                return json.loads(cursor.fetchone()[0])

            def application(path: str, body: str = "", role: str = "reader"):
                if body:
                    answer = client.post(f"/api/v1{path}", body, "application/json", headers=headers[role])
                else:
                    answer = client.get(f"/api/v1{path}", headers=headers[role])
                assert answer.status_code in (200, 201), answer.content
                return answer.json()

            yield floor, application, tokens["reader"]
            cursor.execute("DEALLOCATE ALL")

    def test_tells_every_document_as_the_application_does(self, ask):
        floor, application, token = ask
        facts = Facts(60, [], "", [], "2020-01-01T00:00:00Z", (0, 1, 1), "", "", "")
        party = str(Organization.objects.get(slug="body-0").pk)
        asked = {
            ("list",): "/agreements",
            ("party", party): f"/agreements?party={party}&count=capped",
            (
                "filter",
            ): "/agreements?kind=partnership_agreement&source_language=fr&signed_from=2012-01-01&count=capped",
            ("deep", 40): f"/agreements?cursor={access._deep(token, 40)}",
            ("sync", facts.since, 0): f"/agreements?updated_since={facts.since}&order=number&page_size=100",
        }
        for (name, *values), path in asked.items():
            mine, theirs = floor(name, *values), application(path)

            assert len(mine["results"]) > 1, name
            assert mine["results"] == theirs["results"], name
            assert mine.get("count") == theirs.get("count"), name
            assert mine.keys() == theirs.keys(), name
        one = mine["results"][0]["id"]
        assert floor("one", one) == application(f"/agreements/{one}")

    def test_finds_what_the_application_finds(self, ask):
        floor, application, _token = ask
        word = Facts(60, [], "", [], "", (0, 1, 1), "", "", "").common

        mine, theirs = (
            each["results"]
            for each in (floor("search", word), application(f"/search?type=agreement&q={word}"))
        )

        assert [(each["id"], each["score"], each["label"]) for each in mine] == [
            (each["id"], each["score"], each["label"]) for each in theirs
        ]
        assert all(each["reasons"][0]["marked"] for each in mine)
        assert floor("facets", word)["facets"]["source_language"]

    def test_passes_on_the_same_part_of_the_feed(self, ask):
        floor, application, _token = ask
        place = (0, 1_000_000 + SMALL.before + 10, 0)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT epoch, xid, id FROM audit_auditevent WHERE xid > %s ORDER BY 1, 2, 3 LIMIT 1",
                [place[1]],
            )
            place = cursor.fetchone()

        mine, theirs = floor("feed", *place), application(f"/changes?page_size=100&after={token(place)}")

        assert len(theirs["results"]) == len(mine["results"]) == 100

    def test_stores_the_dossier_that_the_application_takes(self, ask):
        floor, application, _token = ask
        keys = [str(each) for each in Organization.objects.order_by("slug").values_list("pk", flat=True)[:3]]
        body = dossier(Facts(60, [], "", keys, "", (0, 1, 1), "", "", ""))

        mine, theirs = floor("create", body), application("/agreements", body, role="editor")

        assert len(mine["parties"]) == len(theirs["parties"]) == 3
        assert len(mine["commitments"]) == len(theirs["commitments"]) == 6
        stored = application(f"/agreements/{mine['id']}", role="editor")
        for member in ("kind", "titles", "source_language"):
            assert stored[member] == theirs[member]
        assert [each["texts"] for each in stored["commitments"]] == [
            each["texts"] for each in theirs["commitments"]
        ]
        assert [each["label"] for each in stored["commitments"]] == [
            each["label"] for each in theirs["commitments"]
        ]


@pytest.mark.drill
def test_the_whole_at_a_tiny_scale(tmp_path: Path):
    with postgres.throwaway() as server:
        name = dataset.database(server, 150, say=lambda line: None)
        assert dataset.database(server, 150, say=pytest.fail) == name

        told, _plans = bench(server, name, 150, Wish([150], 1, 0.1, clients=(1, 2)), tmp_path)
        grown, plans = bench(
            server, name, 150, Wish([150], 1, 0.1, (BY_NAME["list"],), (1,)), tmp_path, grows=True
        )

        assert {(each.operation, each.contender) for each in told.cells} == {
            (each.name, who) for each in OPERATIONS for who in each.asked
        }
        assert all(
            each.requests and each.bytes and each.cpu > 0
            for each in told.cells
            if each.contender == APPLICATION
        )
        assert told.memory.keys() == {FLOOR, PEER, APPLICATION}
        assert len(report.rows(told)) == 2 * len(OPERATIONS)
        assert [each.contender for each in grown.cells] == [APPLICATION]
        assert "Buffers:" in plans["list"]
        assert server.query("SELECT count(*) FROM pg_database WHERE datname LIKE '%_copy'") == "0"

        held = memory.told_after(server, name, 150, 40, tmp_path, until=math.inf)
        assert held.splitlines()[3].split()[0] == "40"
        assert held == (tmp_path / "memory.txt").read_text().strip()

        beside = importing.told_beside(server, name, 150, 60, tmp_path)
        assert beside.startswith("60 agreements entered beside 150; ")
        assert " of COPY, " in beside.splitlines()[-1]
