%%% A key-value store with expiry.
-module(store).
-behaviour(gen_server).
-export([start/1, get/2, put/3, size/1]).
-include("store.hrl").

-define(TIMEOUT, 5000).
-define(AGE(Now, Then), (Now - Then)).

-record(entry, {
    key :: binary(),
    value :: term(),
    expires = infinity :: integer() | infinity
}).

-type key() :: binary().
-opaque table() :: [#entry{}].
-export_type([key/0]).

-callback on_expire(key()) -> ok.

%% @doc Starts the store.
%% TODO: supervise it
-spec start(list()) -> {ok, pid()}.
start(Options) ->
    Pid = spawn(fun() -> loop(Options, []) end),
    {ok, Pid}.

%% @doc Reads a value.
-spec get(key(), table()) -> {ok, term()} | none.
get(_Key, []) ->
    none;
get(Key, [#entry{key = Key, value = Value} | _]) ->
    {ok, Value};
get(Key, [_ | Rest]) ->
    get(Key, Rest).

put(Key, Value, Table) ->
    [#entry{key = Key, value = Value} | Table].

size([]) -> 0;
size([_ | Rest]) -> 1 + size(Rest).

%% The same name with another number of arguments.
size(Table, Limit) when is_integer(Limit) ->
    min(size(Table), Limit).

loop(Options, Table) ->
    receive
        {put, Key, Value} ->
            loop(Options, put(Key, Value, Table));
        stop ->
            ok
    after ?TIMEOUT ->
        loop(Options, Table)
    end.

before(X) -> X.

wrong(X) ->
    {a, X ] }.

later(Y) -> Y + 1.
