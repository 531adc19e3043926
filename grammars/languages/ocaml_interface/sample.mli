(** Inventory of a small warehouse. *)

exception Out_of_stock of string

(** An item on a shelf. *)
type item = {
  name : string;
  mutable count : int;
}

type measure = Piece | Kilogram of float

type t

(** What can hold items. *)
module type STORE = sig
  type t
  val empty : t
  val add : t -> item -> t
end

module List_store : STORE

module Make (Key : Map.OrderedType) : sig
  val find : Key.t -> 'a -> 'a option
end

(** The largest number of items. *)
val capacity : int

val take : item -> int -> unit
(** [take item n] takes [n] pieces off the shelf. *)

external now : unit -> float = "warehouse_now"

class counter : int -> object
  method incr : unit
  method private reset : unit -> unit
end

val kept_before : int -> int

val broken : int -> ] int

val kept_after : int -> int
