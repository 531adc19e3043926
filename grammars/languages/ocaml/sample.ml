(* Inventory of a small warehouse. *)
open Printf

exception Out_of_stock of string

(** How an item is measured. *)
type unit_of_measure =
  | Piece
  | Kilogram of float
  | Box of { width : int; height : int }

(** An item on a shelf. *)
type item = {
  name : string;
  mutable count : int;
  measure : unit_of_measure;
}

type 'a shelf = 'a list

module type STORE = sig
  type t
  val empty : t
  (** Adds an item. *)
  val add : t -> item -> t
end

module List_store : STORE = struct
  type t = item list
  let empty = []
  let add store item =
    let others = List.filter (fun i -> i.name <> item.name) store in
    item :: others
end

module Make (Key : Map.OrderedType) = struct
  module M = Map.Make (Key)
  let find key map = M.find_opt key map
end

let capacity = 500
let debug = ref false

(** Takes [n] pieces off the shelf.
    TODO: round kilograms *)
let take item n =
  if item.count < n then raise (Out_of_stock item.name)
  else item.count <- item.count - n

let rec total = function
  | [] -> 0
  | item :: rest -> item.count + total rest
and average items = total items / List.length items

let ( +++ ) a b = { a with count = a.count + b.count }

let report = fun items -> List.iter (fun i -> printf "%s\n" i.name) items

external now : unit -> float = "warehouse_now"

class counter start = object (self)
  val mutable value = start
  method incr = value <- value + 1
  method private reset () = value <- start
end

let () = report []

let kept_before x = x + 1

let broken y = y + ] + 1

let kept_after z = z * 2
