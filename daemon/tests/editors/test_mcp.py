"""The server for agents under the client of the protocol's own Python SDK, on this repository."""
import pytest
from mcp import ClientSession, MCPError, StdioServerParameters, stdio_client

# What each tool is asked, and what its answer must hold.
QUESTIONS = {
    "search": ({"query": "where are spans of chunks cut"}, "index/src/chunks"),
    "symbols": ({"name": "question_metrics"}, "bench/eval/score.py"),
    "callers": ({"symbol": "question_metrics"}, "score_questions"),
    "outline": ({"path": "bench/eval/score.py"}, "def "),
    "repo_map": ({"tokens": 500}, ".rs"),
    # A project is made with the first task, and named after the folder.
    "create_task": ({"title": "Retry"}, "PROJ-1 [To do] Retry"),
    "list_tasks": ({}, "PROJ-1 [To do] Retry"),
    "move_task": ({"task": "PROJ-1", "to": "start"}, "[In progress]"),
    "comment_task": ({"task": "PROJ-1", "text": "half done"}, "PROJ-1"),
    "read_task": ({"task": "PROJ-1"}, "half done"),
}


@pytest.mark.asyncio
async def test_an_agent_asks_everything_there_is(home, repository):
    home.run("index", str(repository))
    server = StdioServerParameters(command=home.binary, args=["mcp", "-C", str(repository)], env=home.environment)
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert set(tools) == set(QUESTIONS), "a tool without a question here, or the other way round"
        for name, (arguments, wanted) in QUESTIONS.items():
            assert len(tools[name].description) > 60, f"{name} does not tell a model when to use it"
            result = await session.call_tool(name, arguments)
            text = "".join(part.text for part in result.content)
            assert not result.is_error and wanted in text, f"{name}: {text}"

        outside = await session.call_tool("outline", {"path": "../../etc/passwd"})
        assert outside.is_error
        with pytest.raises(MCPError):
            await session.call_tool("no_such_tool", {})

        resources = (await session.list_resources()).resources
        assert resources
        read_back = await session.read_resource(resources[0].uri)
        assert read_back.contents[0].text
        prompts = (await session.list_prompts()).prompts
        for prompt in prompts:
            needed = {argument.name: "score" for argument in prompt.arguments or [] if argument.required}
            assert (await session.get_prompt(prompt.name, needed)).messages
        assert len(prompts) == 3
