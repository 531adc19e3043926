defmodule Chat.Room do
  @moduledoc """
  A chat room: its members and its last messages.
  """

  use GenServer
  alias Chat.{Member, Message}

  @limit 100
  @type id :: String.t()
  @typep state :: %{members: [Member.t()], messages: [Message.t()]}
  @callback handle(Message.t()) :: :ok

  defstruct [:id, :title, members: []]

  defmodule Full do
    defexception message: "the room is full"
  end

  @doc """
  Joins a room.

  TODO: refuse banned members
  """
  @spec join(id, Member.t()) :: :ok | {:error, term}
  def join(room, member) do
    GenServer.call(via(room), {:join, member})
  end

  @doc "Counts the members."
  def count(%__MODULE__{members: []}), do: 0
  def count(%__MODULE__{members: members}), do: length(members)
  def count(room, kind) when is_atom(kind) do
    room.members |> Enum.filter(&(&1.kind == kind)) |> length()
  end

  # Finds the process of a room.
  defp via(room), do: {:via, Registry, {Chat.Registry, room}}

  @doc false
  defmacro trace(expression) do
    quote do
      IO.inspect(unquote(expression))
    end
  end

  defmacrop internal(x), do: x

  defguard is_open(room) when room.members != []

  defdelegate close(room), to: Chat.Closer

  @impl true
  def init(state) do
    handler = fn x -> x + 1 end
    {:ok, handler.(state)}
  end

  def left <~> right, do: {left, right}
end

defprotocol Chat.Render do
  @doc "The text people see."
  def text(message)
end

defimpl Chat.Render, for: Chat.Message do
  def text(message), do: message.body
end

defmodule Chat.Broken do
  def before(x), do: x

  def wrong(x) do
    x + ) 1
  end

  def after_it(y), do: y
end
