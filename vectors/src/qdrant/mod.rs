//! A Qdrant server as the store: for collections beyond half a million vectors, or shared by a team.
//!
//! One collection a workspace, model and size on the server. Its fields are indexed before the first point comes, or the
//! server's graph would not know them and filtered searches would miss half of what they should find. Searches among points
//! that fit some 100 MB are exact. The server keeps no vectors of points that are gone: the cache of embeddings is a local
//! file, in the format of the [flat store](crate::flat).

mod conditions;
mod connection;
mod options;

use std::collections::HashMap;
use std::fmt;

use qdrant_client::qdrant::point_id::PointIdOptions;
use qdrant_client::qdrant::vectors_config::Config;
use qdrant_client::qdrant::{
    CollectionInfo, CountPointsBuilder, CreateCollectionBuilder, CreateFieldIndexCollectionBuilder,
    DeletePointsBuilder, Distance, FieldType, HnswConfigDiffBuilder, IntegerIndexParamsBuilder, PayloadIncludeSelector,
    PointId, PointStruct, QueryPointsBuilder, ScrollPointsBuilder, SearchParamsBuilder, UpsertPointsBuilder, Value,
    VectorParamsBuilder,
};
use rustc_hash::FxHashMap;

use crate::error::{Error, Result};
use crate::flat::{self, FlatStore};
use crate::point::last_of_each;
use crate::store::{VectorStore, check_limit};
use crate::{Collection, Cursor, Entry, Filter, Page, Point, Scored};
use conditions::{bits, conditions, field, signed};
use connection::{Connection, is_missing};
pub use options::Options;

/// Below this size in KB the server compares with every vector instead of walking its graph.
const FULL_SCAN_KB: u64 = 100_000;

/// How many candidates the server's graph walk keeps: enough for a recall of .99 at the tenth place.
const EF: u64 = 128;

/// About how many bytes of vectors one request carries.
const BATCH_BYTES: usize = 1 << 20;

/// A Qdrant server. See the [module](self).
pub struct QdrantStore {
    collection: Collection,
    /// The collection's name on the server.
    name: String,
    connection: Connection,
    cache: FlatStore,
}

impl fmt::Debug for QdrantStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QdrantStore")
            .field("name", &self.name)
            .field("url", &self.connection.url())
            .finish_non_exhaustive()
    }
}

impl QdrantStore {
    /// Opens the local cache and prepares the connection; the server is reached for when it is first needed.
    ///
    /// # Errors
    /// [`Error::Invalid`] when address, key or workspace cannot be right; whatever [`FlatStore::open`] says of the cache,
    /// which [`FlatStore::reset`] mends.
    pub fn open(collection: &Collection, options: Options) -> Result<Self> {
        let Options { url, api_key, timeout, workspace, cache, cache_bytes } = options;
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if workspace.is_empty() || workspace.len() > 64 || !workspace.bytes().all(allowed) {
            return Err(Error::Invalid(format!(
                "the name of a workspace on a Qdrant server has 1 to 64 letters, digits, _ or -, unlike {workspace:?}"
            )));
        }
        let connection = Connection::new(&url, api_key.as_deref(), timeout)?;
        let cache_options = flat::Options { cache_bytes: Some(cache_bytes), ..flat::Options::default() };
        let cache = FlatStore::open(&cache, collection, cache_options)?;
        let name = format!("devmentor-{workspace}-{}", collection.name());
        Ok(QdrantStore { collection: collection.clone(), name, connection, cache })
    }

    /// What the server has under our name, if anything.
    fn info(&self) -> Result<Option<CollectionInfo>> {
        let name = self.name.clone();
        self.connection.call("look for the collection", |client| async move {
            match client.collection_info(name).await {
                Ok(answer) => Ok(answer.result),
                Err(error) if is_missing(&error) => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn create(&self) -> Result<()> {
        let vectors = VectorParamsBuilder::new(self.collection.dimensions() as u64, Distance::Cosine);
        let graph = HnswConfigDiffBuilder::default().full_scan_threshold(FULL_SCAN_KB);
        let request = CreateCollectionBuilder::new(&self.name).vectors_config(vectors).hnsw_config(graph);
        let created = self
            .connection
            .call("create the collection", |client| async move { client.create_collection(request).await.map(|_| ()) });
        match created {
            // Another process may have been faster: then it is there now.
            Err(error) => self.info()?.map(|_| ()).ok_or(error),
            Ok(()) => Ok(()),
        }
    }

    /// Refuses a collection of other vectors; only somebody else's hand can have made one under our name.
    fn check(&self, info: &CollectionInfo) -> Result<()> {
        let vectors =
            (info.config.as_ref()).and_then(|config| config.params.as_ref()?.vectors_config.as_ref()?.config.as_ref());
        let found = match vectors {
            Some(Config::Params(vectors)) => {
                if (vectors.size, vectors.distance) == (self.collection.dimensions() as u64, Distance::Cosine as i32) {
                    return Ok(());
                }
                let distance =
                    Distance::try_from(vectors.distance).map_or("unknown", |distance| distance.as_str_name());
                format!("vectors of {} dimensions compared by {distance}", vectors.size)
            }
            _ => "named vectors".to_owned(),
        };
        Err(Error::OtherCollection {
            place: format!("collection {} at {}", self.name, self.connection.url()),
            found,
            expected: format!("vectors of {} dimensions compared by Cosine", self.collection.dimensions()),
        })
    }

    /// The vectors of the points by content, each of length 1: those that came, and for the rest those in the cache.
    fn vectors(&self, points: &[Point<'_>]) -> Result<Vectors> {
        let mut vectors = Vectors::default();
        for point in points {
            if let Some(vector) = point.vector {
                let vector = self.collection.normalised(vector);
                vectors.insert(point.content, vector.map_err(|reason| Error::Vector { id: point.id, reason })?);
            }
        }
        let missing: Vec<&Point<'_>> = points.iter().filter(|point| !vectors.contains_key(&point.content)).collect();
        let contents: Vec<u64> = missing.iter().map(|point| point.content).collect();
        let kept = self.cache.lookup(&contents)?;
        let lost = missing.iter().zip(&kept).find(|(_, kept)| kept.is_none());
        if let Some((&&Point { id, content, .. }, _)) = lost {
            return Err(Error::NotCached { id, content });
        }
        // Before the server is asked: should it be away, nothing is embedded twice.
        self.cache.remember(&vectors)?;
        vectors.extend(contents.into_iter().zip(kept.into_iter().flatten()));
        Ok(vectors)
    }
}

/// Vectors by content.
type Vectors = FxHashMap<u64, Vec<f32>>;

impl VectorStore for QdrantStore {
    fn collection(&self) -> &Collection {
        &self.collection
    }

    fn ensure(&self) -> Result<()> {
        self.cache.ensure()?;
        let info = match self.info()? {
            Some(info) => info,
            None => {
                self.create()?;
                self.info()?.unwrap_or_default()
            }
        };
        self.check(&info)?;
        for field in field::INDEXED {
            if info.payload_schema.contains_key(field) {
                continue;
            }
            let request = CreateFieldIndexCollectionBuilder::new(&self.name, field, FieldType::Integer)
                .field_index_params(IntegerIndexParamsBuilder::new(true, false))
                .wait(true);
            self.connection.call("index a field of the collection", |client| async move {
                client.create_field_index(request).await.map(|_| ())
            })?;
        }
        Ok(())
    }

    fn upsert(&self, points: &[Point<'_>]) -> Result<()> {
        if points.is_empty() {
            return Ok(());
        }
        let vectors = self.vectors(points)?;
        let structs: Vec<PointStruct> = last_of_each(points)
            .map(|&Point { id, content, file, kind, flags, lang, vector: _ }| {
                let flags: Vec<Value> = bits(flags).map(Value::from).collect();
                let payload = [
                    (field::CONTENT, Value::from(signed(content))),
                    (field::FILE, Value::from(signed(file))),
                    (field::KIND, Value::from(i64::from(kind))),
                    (field::FLAGS, Value::from(flags)),
                    (field::LANG, Value::from(i64::from(lang))),
                ];
                PointStruct {
                    id: Some(PointId::from(id)),
                    payload: payload.into_iter().map(|(field, value)| (field.to_owned(), value)).collect(),
                    vectors: vectors.get(&content).map(|vector| vector.clone().into()),
                }
            })
            .collect();
        let batch = (BATCH_BYTES / (4 * self.collection.dimensions())).clamp(1, 1000);
        for points in structs.chunks(batch) {
            let request = UpsertPointsBuilder::new(&self.name, points).wait(true);
            self.connection
                .call("add vectors", |client| async move { client.upsert_points(request).await.map(|_| ()) })?;
        }
        Ok(())
    }

    fn delete_by_filter(&self, filter: &Filter) -> Result<()> {
        let Some(filter) = conditions(filter)? else {
            return Ok(());
        };
        let request = DeletePointsBuilder::new(&self.name).points(filter).wait(true);
        self.connection.call("remove vectors", |client| async move { client.delete_points(request).await.map(|_| ()) })
    }

    fn search(&self, query: &[f32], k: usize, filter: &Filter) -> Result<Vec<Scored>> {
        check_limit(k, 0)?;
        let query = self.collection.normalised(query).map_err(Error::Query)?;
        let Some(filter) = conditions(filter)?.filter(|_| k > 0) else {
            return Ok(Vec::new());
        };
        let request = QueryPointsBuilder::new(&self.name)
            .query(query)
            .limit(k as u64)
            .filter(filter)
            .params(SearchParamsBuilder::default().hnsw_ef(EF))
            .with_payload(only([field::FILE]));
        let answer = self.connection.call("search", |client| async move { client.query(request).await })?;
        let mut scored = (answer.result.into_iter())
            .map(|hit| {
                let (id, file) = (number(hit.id.as_ref())?, integer(&hit.payload, field::FILE)?);
                Some(Scored { id, file, score: hit.score.clamp(-1.0, 1.0) })
            })
            .collect::<Option<Vec<Scored>>>()
            .ok_or_else(|| self.foreign())?;
        scored.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
        Ok(scored)
    }

    fn scroll(&self, cursor: Option<Cursor>, limit: usize, filter: &Filter) -> Result<Page> {
        check_limit(limit, 1)?;
        let Some(filter) = conditions(filter)? else {
            return Ok(Page::default());
        };
        let mut request = ScrollPointsBuilder::new(&self.name)
            .limit(limit as u32)
            .filter(filter)
            .with_payload(only([field::CONTENT, field::FILE]))
            .with_vectors(false);
        if let Some(Cursor(id)) = cursor {
            request = request.offset(id);
        }
        let answer = self.connection.call("list vectors", |client| async move { client.scroll(request).await })?;
        let entries = (answer.result.into_iter())
            .map(|point| {
                let id = number(point.id.as_ref())?;
                let (content, file) = (integer(&point.payload, field::CONTENT)?, integer(&point.payload, field::FILE)?);
                Some(Entry { id, content, file })
            })
            .collect::<Option<Vec<Entry>>>()
            .ok_or_else(|| self.foreign())?;
        Ok(Page { entries, next: number(answer.next_page_offset.as_ref()).map(Cursor) })
    }

    fn count(&self, filter: &Filter) -> Result<u64> {
        let Some(filter) = conditions(filter)? else {
            return Ok(0);
        };
        let request = CountPointsBuilder::new(&self.name).filter(filter).exact(true);
        let answer = self.connection.call("count vectors", |client| async move { client.count(request).await })?;
        Ok(answer.result.unwrap_or_default().count)
    }

    fn cached(&self, contents: &[u64]) -> Result<Vec<bool>> {
        self.cache.cached(contents)
    }

    fn lookup(&self, contents: &[u64]) -> Result<Vec<Option<Vec<f32>>>> {
        self.cache.lookup(contents)
    }

    fn flush(&self) -> Result<()> {
        // The server answers an addition or a removal when it is in its own log.
        self.cache.flush()
    }

    fn remove(&self) -> Result<()> {
        let name = self.name.clone();
        self.connection.call("remove the collection", |client| async move {
            match client.delete_collection(name).await {
                Err(error) if !is_missing(&error) => Err(error),
                _ => Ok(()),
            }
        })?;
        self.cache.remove()
    }
}

impl QdrantStore {
    /// A point that this store did not write.
    fn foreign(&self) -> Error {
        Error::OtherCollection {
            place: format!("collection {} at {}", self.name, self.connection.url()),
            found: "points of another program".to_owned(),
            expected: "its own".to_owned(),
        }
    }
}

/// Asks for these fields only.
fn only<const N: usize>(fields: [&str; N]) -> PayloadIncludeSelector {
    PayloadIncludeSelector { fields: fields.map(str::to_owned).to_vec() }
}

fn number(id: Option<&PointId>) -> Option<u64> {
    match id?.point_id_options.as_ref()? {
        PointIdOptions::Num(number) => Some(*number),
        PointIdOptions::Uuid(_) => None,
    }
}

fn integer(payload: &HashMap<String, Value>, field: &str) -> Option<u64> {
    payload.get(field)?.as_integer().map(|number| number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_has_a_plain_name() {
        let collection = Collection::new("m", 8).unwrap();
        for workspace in ["", "a/b", "a b", &"x".repeat(65)] {
            let options = Options::new("http://host:6334", workspace, "/nonexistent");
            assert!(matches!(QdrantStore::open(&collection, options), Err(Error::Invalid(_))), "{workspace}");
        }
    }
}
