{-# LANGUAGE LambdaCase #-}
-- | Rate limits of the gateway.
module Gateway.Limits
  ( Limit (..)
  , allow
  ) where

import qualified Data.Map.Strict as Map
import Data.Maybe (fromMaybe)

-- | How many requests fit in a window.
data Limit
  = Unlimited
  | PerSecond Int
  | Window { size :: Int, seconds :: Double }
  deriving (Eq, Show)

newtype Client = Client { clientName :: String }

type Buckets = Map.Map String Int

-- | Things that cost tokens.
class Costly a where
  cost :: a -> Int
  cost _ = 1
  discount :: a -> Double

instance Costly Client where
  cost client = length (clientName client)
  discount _ = 0.0

data Expr a where
  Lit :: Int -> Expr Int
  Add :: Expr Int -> Expr Int -> Expr Int

type family Elem c

-- | Whether a client may send one more request.
-- Unknown clients start with an empty bucket.
allow :: Limit -> Client -> Buckets -> Bool
allow Unlimited _ _ = True
allow (PerSecond n) client buckets = used < n
  where
    used = fromMaybe 0 (Map.lookup (clientName client) buckets)
allow (Window n _) client buckets =
  -- FIXME: the window is ignored
  case Map.lookup (clientName client) buckets of
    Nothing -> True
    Just k -> k < n

{- | Default limit of a new client. -}
defaultLimit :: Limit
defaultLimit = PerSecond 10

compact, spread :: Buckets -> Buckets
compact = Map.filter (> 0)
spread = Map.map (+ 1)

infixr 5 <+>
(<+>) :: Buckets -> Buckets -> Buckets
a <+> b = Map.unionWith (+) a b

untyped x = x + 1

pattern Tight :: Limit
pattern Tight = PerSecond 1

first :: Int -> Int
first x = x

broken :: Int -> Int
broken x = x + ] x

second :: Int -> Int
second y = y * 2
