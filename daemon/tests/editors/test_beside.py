"""Beside the language's own server: both speak, and nothing is said twice."""
import os

from neovim import Neovim

FILE = "bench/eval/score.py"


def test_both_hovers_appear_and_definitions_come_from_one(home, repository, recorded):
    pyright = {"cmd": [os.environ["PYRIGHT"], "--stdio"], "filetypes": ["python"], "root_markers": [".git"]}
    devmentor = {"cmd": recorded(), "filetypes": ["python"], "root_markers": [".git"]}
    editor = Neovim(home, repository, {"devmentor": devmentor, "pyright": pyright}, repository / FILE)
    try:
        editor.attached("devmentor", "pyright")
        editor.ready()
        editor.goto("def read_jsonl")
        editor.keys("wK")
        shown = editor.shows("(function)")
        assert "call" in shown and "Last change" in shown, shown
        answers = editor.nvim.exec_lua("""
            local params = vim.lsp.util.make_position_params(0, 'utf-16')
            local names = {}
            for _, client in ipairs(vim.lsp.get_clients({bufnr = 0})) do
                if client:supports_method('textDocument/definition') then names[#names + 1] = client.name end
            end
            return names
        """)
        assert answers == ["pyright"]
    finally:
        editor.close()
