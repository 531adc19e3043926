"""The capabilities of Neovim and of VS Code, as pytest-lsp recorded them, which also checks what the server may send to each."""
import asyncio
import pathlib

import pytest
from lsprotocol import types as lsp
from pytest_lsp import client_capabilities, make_test_lsp_client

from conftest import PATIENCE

PROFILES = ["neovim@v0.11.0", "visual-studio-code@v1.65.2"]
FILE = "bench/eval/score.py"


async def connect(profile, home, repository, command):
    client = make_test_lsp_client()
    await client.start_io(*command, env=home.environment)
    root = pathlib.Path(repository).as_uri()
    result = await client.initialize_session(lsp.InitializeParams(
        capabilities=client_capabilities(profile), root_uri=root,
        workspace_folders=[lsp.WorkspaceFolder(uri=root, name="project")]))
    return client, result


async def until(ask, what):
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await ask()
            if answer:
                return answer
            await asyncio.sleep(0.02)
    raise AssertionError(what)


@pytest.mark.asyncio
@pytest.mark.parametrize("profile", PROFILES)
async def test_a_whole_conversation(profile, home, repository, recorded):
    client, result = await connect(profile, home, repository, recorded())
    text = (repository / FILE).read_text(encoding="utf8")
    uri = (repository / FILE).as_uri()
    line = next(number for number, content in enumerate(text.splitlines()) if content.startswith("def read_jsonl"))
    place = lsp.Position(line=line, character=6)
    document = lsp.TextDocumentIdentifier(uri=uri)
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(
        text_document=lsp.TextDocumentItem(uri=uri, language_id="python", version=1, text=text)))

    async def hover():
        answer = await client.text_document_hover_async(lsp.HoverParams(text_document=document, position=place))
        return answer if answer and "call" in answer.contents.value else None
    shown = await until(hover, "a hover that knows the calls")
    assert shown.contents.kind == lsp.MarkupKind.Markdown

    outline = await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(text_document=document))
    assert any(symbol.name == "read_jsonl" for symbol in outline)

    context = lsp.CodeActionContext(diagnostics=[], trigger_kind=lsp.CodeActionTriggerKind.Invoked)
    actions = await client.text_document_code_action_async(lsp.CodeActionParams(
        text_document=document, range=lsp.Range(start=place, end=place), context=context))
    assert any("callers" in action.title for action in actions)
    action = next(action for action in actions if "callers" in action.title)
    # Where no resolving is needed, lsprotocol takes the action for a bare command; the recording is checked against the schema.
    if isinstance(action, lsp.CodeAction):
        if action.command is None:
            action = await client.code_action_resolve_async(action)
        assert action.command is not None
        await client.workspace_execute_command_async(lsp.ExecuteCommandParams(
            command=action.command.command, arguments=action.command.arguments))

    # Moving the cursor is no wish for anything.
    context.trigger_kind = lsp.CodeActionTriggerKind.Automatic
    assert not await client.text_document_code_action_async(lsp.CodeActionParams(
        text_document=document, range=lsp.Range(start=place, end=place), context=context))

    symbols = await client.workspace_symbol_async(lsp.WorkspaceSymbolParams(query="reaJso"))
    assert any(symbol.name == "read_jsonl" for symbol in symbols)
    assert result.capabilities.definition_provider is None, "the language's own server answers definitions"

    edit = lsp.TextDocumentContentChangePartial(
        range=lsp.Range(start=lsp.Position(line=0, character=0), end=lsp.Position(line=0, character=0)), text="# 𝔘nicode ✓\n")
    client.text_document_did_change(lsp.DidChangeTextDocumentParams(
        text_document=lsp.VersionedTextDocumentIdentifier(uri=uri, version=2), content_changes=[edit]))
    moved = await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(text_document=document))
    before = next(symbol for symbol in outline if symbol.name == "read_jsonl").range.start.line
    assert next(symbol for symbol in moved if symbol.name == "read_jsonl").range.start.line == before + 1

    folds = await client.text_document_folding_range_async(lsp.FoldingRangeParams(text_document=document))
    assert folds
    client.text_document_did_close(lsp.DidCloseTextDocumentParams(text_document=document))
    await client.shutdown_session()
