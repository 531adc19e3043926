"""Neovim 0.11 without any plugin, with keys pressed as a person does."""
import pytest

from conftest import kill, wait
from neovim import Neovim

RUST = "index/src/store/folder.rs"


@pytest.fixture
def window(home, repository, recorded):
    windows = []

    def open_window(name="one", file=RUST, servers=None):
        devmentor = {"cmd": recorded(name), "filetypes": ["rust", "python"], "root_markers": [".git"]}
        editor = Neovim(home, repository, {"devmentor": devmentor, **(servers or {})}, repository / file)
        windows.append(editor)
        editor.attached("devmentor", *(servers or {}))
        return editor

    yield open_window
    for editor in windows:
        editor.close()


def test_hover_tells_calls_tests_and_the_last_change(window):
    editor = window()
    editor.ready()
    editor.goto("fn write_seen")
    editor.keys("w")
    shown = editor.hover("Last change")
    assert "call" in shown, shown


def test_nothing_is_said_where_there_is_nothing_to_say(window):
    editor = window()
    editor.ready()
    editor.keys("gg0K")
    editor.shows("No information available")


def test_code_actions_are_offered_by_name_and_done(window):
    editor = window()
    editor.ready()
    editor.goto("fn write_seen")
    editor.keys("wgra")
    shown = editor.shows("Copy permalink")
    number = next(line.split(":")[0].strip() for line in shown.splitlines() if "Copy permalink" in line)
    editor.keys(f"{number}<CR>")
    wait(lambda: "https://github.com/example/project/blob/" in editor.messages(), "the link")


def test_a_symbol_is_found_by_its_humps(window):
    editor = window()
    editor.ready()
    editor.keys(":lua vim.lsp.buf.workspace_symbol('wriSee')<CR>")
    editor.shows("write_seen")


def test_the_outline_is_there_at_once(window):
    editor = window()
    editor.keys("gO")
    editor.shows("[Struct] Seen")
    assert "write_seen" in str(editor.nvim.funcs.getloclist(0))


def test_a_renamed_file_goes_on_under_its_new_name(window, repository):
    editor = window()
    editor.ready()
    renamed = repository / "index/src/store/cabinet.rs"
    editor.nvim.exec_lua("vim.lsp.util.rename(...)", str(repository / RUST), str(renamed))
    editor.nvim.command(f"edit {renamed}")
    editor.attached("devmentor")
    editor.goto("fn write_seen")
    editor.keys("w")
    editor.hover("1 call")

    def moved():
        found = editor.request("devmentor", "devmentor/search", {"query": "write_seen", "mode": "symbol"})
        paths = [hit["path"] for hit in (found or {}).get("hits", [])]
        return "index/src/store/cabinet.rs" in paths and RUST not in paths
    wait(moved, "the index to follow the rename")


def test_a_killed_daemon_is_replaced_and_unsaved_text_is_still_known(window, home):
    editor = window()
    editor.ready()
    editor.keys("Gofn quokka_written_by_hand() {}<Esc>")

    def finds():
        found = editor.request("devmentor", "devmentor/search", {"query": "quokka_written_by_hand", "mode": "exact"})
        return (found or {}).get("hits")
    wait(finds, "unsaved text to be found")
    before = home.daemon()
    kill(before)
    editor.keys("gg")
    editor.goto("fn write_seen")
    editor.keys("w")
    editor.hover("1 call")
    wait(finds, "unsaved text to be found again")
    assert home.daemon() != before


def test_two_windows_share_one_daemon_and_keep_their_texts_apart(window, home):
    one, two = window("one"), window("two")
    one.ready()
    two.ready()
    one.keys("ggO// of the first window<Esc>")
    two.goto("fn write_seen")
    two.keys("w")
    two.hover("1 call")
    assert "2 windows" in home.run("daemon", "status").stdout

    def first_line(editor):
        outline = editor.request("devmentor", "textDocument/documentSymbol", {"textDocument": {"uri": editor.nvim.exec_lua("return vim.uri_from_bufnr(0)")}})
        return outline[0]["range"]["start"]["line"]
    # The line that one window typed moves its own outline only.
    assert first_line(one) == first_line(two) + 1
