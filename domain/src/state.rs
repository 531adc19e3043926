//! The state of one stream: every entity in it, and the indexes that rules need. It changes by events alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Change, Event, ids::*, model::*};

/// An entity with the sequence number of the event that last changed it, which is its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<T> {
    /// The version.
    pub seq: u64,
    /// The entity; shared with the copies of the state.
    pub value: Arc<T>,
}

impl<T> std::ops::Deref for Row<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

macro_rules! entities {
    ($($(#[$doc:meta])* $name:ident $kind:literal $field:ident: $id:ident;)*) => {
        /// An entity of any kind.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "kind")]
        #[allow(clippy::large_enum_variant, reason = "most entities are tasks, the largest; a box would help the few")]
        pub enum Entity { $($(#[$doc])* #[serde(rename = $kind)] $name($name)),* }

        /// Kind and identity of an entity.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "kind", content = "id")]
        pub enum EntityRef { $($(#[$doc])* #[serde(rename = $kind)] $name($id)),* }

        impl Entity {
            /// Reads an entity of a known kind: several times faster than finding the kind among the fields.
            ///
            /// # Errors
            /// It is none of this kind.
            pub fn read(kind: &str, json: &str) -> serde_json::Result<Self> {
                match kind {
                    $($kind => serde_json::from_str(json).map(Self::$name),)*
                    _ => serde_json::from_str(json),
                }
            }

            /// Kind and identity.
            pub fn reference(&self) -> EntityRef {
                match self { $(Self::$name(it) => EntityRef::$name(it.id)),* }
            }
        }

        impl EntityRef {
            /// The kind's name, as in JSON and in the read tables.
            pub const fn kind(self) -> &'static str {
                match self { $(Self::$name(_) => $kind),* }
            }

            /// The identity as text.
            pub fn id(self) -> String {
                match self { $(Self::$name(id) => id.to_string()),* }
            }

            /// The identity with these 128 bits, of a kind by name; `None` when there is no such kind.
            pub fn from_bits(kind: &str, bits: u128) -> Option<Self> {
                match kind { $($kind => Some(Self::$name(<$id>::from_bits(bits))),)* _ => None }
            }

            /// The identity that a text names; `None` when there is no such kind, or the text names no thing of it.
            pub fn parse(kind: &str, id: &str) -> Option<Self> {
                match kind { $($kind => id.parse().ok().map(Self::$name),)* _ => None }
            }
        }

        $(
            impl From<$name> for Entity {
                fn from(it: $name) -> Self {
                    Self::$name(it)
                }
            }
        )*

        /// Everything in one stream.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct State {
            /// The number of the last event applied; 0 before the first.
            pub seq: u64,
            $($(#[$doc])* pub $field: BTreeMap<$id, Row<$name>>,)*
            /// Tasks in the order of the board.
            order: BTreeSet<(ColumnId, String, TaskId)>,
            /// How many tasks are in each column.
            population: BTreeMap<ColumnId, usize>,
            by_number: HashMap<u64, TaskId>,
            children: BTreeSet<(TaskId, TaskId)>,
            /// What is blocked, and by what.
            blockers: BTreeSet<(TaskId, TaskId)>,
            comments_of: BTreeSet<(TaskId, CommentId)>,
            time_of: BTreeSet<(TaskId, TimeEntryId)>,
            anchors_of: BTreeSet<(TaskId, AnchorId)>,
        }

        impl State {
            /// The version of an entity; `None` when it is not there.
            pub fn version(&self, target: EntityRef) -> Option<u64> {
                match target { $(EntityRef::$name(id) => self.$field.get(&id).map(|row| row.seq)),* }
            }

            /// A copy of an entity.
            pub fn entity(&self, target: EntityRef) -> Option<Entity> {
                match target { $(EntityRef::$name(id) => self.$field.get(&id).map(|row| (*row.value).clone().into())),* }
            }

            /// Every entity with its version: kinds in a fixed order, identities in theirs.
            pub fn entities(&self) -> impl Iterator<Item = (u64, Entity)> + '_ {
                std::iter::empty()$(.chain(self.$field.values().map(|row| (row.seq, Entity::$name((*row.value).clone())))))*
            }

            /// Kind and identity of every entity, in the order of [`Self::entities`].
            pub fn references(&self) -> impl Iterator<Item = EntityRef> + '_ {
                std::iter::empty()$(.chain(self.$field.keys().map(|id| EntityRef::$name(*id))))*
            }

            /// The entities of one kind, in the order of their identities.
            pub fn of_kind(&self, kind: &str) -> Vec<EntityRef> {
                match kind { $($kind => self.$field.keys().map(|id| EntityRef::$name(*id)).collect(),)* _ => Vec::new() }
            }

            fn put(&mut self, seq: u64, entity: Entity) {
                match entity { $(Entity::$name(it) => {
                    let id = it.id;
                    let old = self.$field.insert(id, Row { seq, value: Arc::new(it) });
                    if let Some(old) = old { Indexed::forget(&*old, self); }
                    if let Some(new) = self.$field.get(&id).map(|row| row.value.clone()) { Indexed::learn(&*new, self); }
                }),* }
            }

            fn remove(&mut self, target: EntityRef) {
                match target { $(EntityRef::$name(id) => {
                    if let Some(old) = self.$field.remove(&id) { Indexed::forget(&*old, self); }
                }),* }
            }
        }
    };
}

entities! {
    /// The organisation itself, in its own stream.
    Org "org" orgs: OrgId;
    /// Members of the organisation.
    OrgMember "org_member" org_members: UserId;
    /// Teams.
    Team "team" teams: TeamId;
    /// Roles of the organisation's own.
    CustomRole "role" roles: RoleId;
    /// The project itself, in its own stream.
    Project "project" projects: ProjectId;
    /// People invited into the project.
    Member "member" members: UserId;
    /// Teams invited into the project.
    TeamGrant "team_grant" team_grants: TeamId;
    /// Columns.
    Column "column" columns: ColumnId;
    /// Labels.
    Label "label" labels: LabelId;
    /// Epics.
    Epic "epic" epics: EpicId;
    /// Sprints.
    Sprint "sprint" sprints: SprintId;
    /// Tasks.
    Task "task" tasks: TaskId;
    /// Comments.
    Comment "comment" comments: CommentId;
    /// Time entries.
    TimeEntry "time_entry" time_entries: TimeEntryId;
    /// Saved views.
    View "view" views: ViewId;
    /// Code anchors.
    Anchor "anchor" anchors: AnchorId;
}

/// What an entity adds to the indexes of a state. Most add nothing.
trait Indexed {
    fn learn(&self, _state: &mut State) {}
    fn forget(&self, _state: &mut State) {}
}

macro_rules! not_indexed { ($($name:ident),*) => { $(impl Indexed for $name {})* } }
not_indexed!(Org, OrgMember, Team, CustomRole, Project, Member, TeamGrant, Column, Label, Epic, Sprint, View);

impl Indexed for Task {
    fn learn(&self, state: &mut State) {
        state.order.insert((self.column, self.rank.clone(), self.id));
        *state.population.entry(self.column).or_default() += 1;
        state.by_number.insert(self.number, self.id);
        if let Some(parent) = self.parent {
            state.children.insert((parent, self.id));
        }
        state.blockers.extend(self.blocks.iter().map(|blocked| (*blocked, self.id)));
    }

    fn forget(&self, state: &mut State) {
        state.order.remove(&(self.column, self.rank.clone(), self.id));
        if let Some(count) = state.population.get_mut(&self.column) {
            *count -= 1;
            if *count == 0 {
                state.population.remove(&self.column);
            }
        }
        state.by_number.remove(&self.number);
        if let Some(parent) = self.parent {
            state.children.remove(&(parent, self.id));
        }
        for blocked in &self.blocks {
            state.blockers.remove(&(*blocked, self.id));
        }
    }
}

macro_rules! of_task { ($($name:ident $index:ident),*) => { $(
    impl Indexed for $name {
        fn learn(&self, state: &mut State) {
            state.$index.insert((self.task, self.id));
        }

        fn forget(&self, state: &mut State) {
            state.$index.remove(&(self.task, self.id));
        }
    }
)* } }
of_task!(Comment comments_of, TimeEntry time_of, Anchor anchors_of);

/// The identities after `first` in an index of pairs.
fn seconds<A: Ord + Copy, B: Ord + Copy>(index: &BTreeSet<(A, B)>, first: A, least: B) -> impl Iterator<Item = B> + '_ {
    index.range((first, least)..).take_while(move |pair| pair.0 == first).map(|pair| pair.1)
}

impl State {
    /// Applies the next event.
    pub fn apply(&mut self, event: &Event) {
        self.seq = event.seq;
        self.apply_changes(event.seq, &event.changes);
    }

    /// Applies changes as those of event `seq`, without counting it.
    pub fn apply_changes(&mut self, seq: u64, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Put { entity } => self.put(seq, entity.clone()),
                Change::Remove { target } => self.remove(*target),
            }
        }
    }

    /// The state of a stream read from its entities at event `seq`.
    pub fn from_entities(seq: u64, entities: impl IntoIterator<Item = (u64, Entity)>) -> Self {
        let mut state = Self { seq, ..Self::default() };
        for (version, entity) in entities {
            state.put(version, entity);
        }
        state
    }

    /// The project of a project's stream.
    pub fn project(&self) -> Option<&Row<Project>> {
        self.projects.values().next()
    }

    /// The organisation of an organisation's stream.
    pub fn org(&self) -> Option<&Row<Org>> {
        self.orgs.values().next()
    }

    /// The columns from left to right.
    pub fn board_columns(&self) -> Vec<&Row<Column>> {
        let mut columns: Vec<_> = self.columns.values().collect();
        columns.sort_by(|a, b| (&a.rank, a.id).cmp(&(&b.rank, b.id)));
        columns
    }

    /// The tasks of a column from top to bottom.
    pub fn tasks_in(&self, column: ColumnId) -> impl DoubleEndedIterator<Item = &Row<Task>> + '_ {
        self.order
            .range((column, String::new(), TaskId::from_bits(0))..)
            .take_while(move |entry| entry.0 == column)
            .filter_map(|entry| self.tasks.get(&entry.2))
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// The neighbour below a task in its column.
    pub fn below(&self, task: &Task) -> Option<&Row<Task>> {
        use std::ops::Bound::{Excluded, Unbounded};
        let key = (task.column, task.rank.clone(), task.id);
        let next = self.order.range((Excluded(key), Unbounded)).next().filter(|entry| entry.0 == task.column)?;
        self.tasks.get(&next.2)
    }

    /// The neighbour above a task in its column.
    pub fn above(&self, task: &Task) -> Option<&Row<Task>> {
        let key = (task.column, task.rank.clone(), task.id);
        let next = self.order.range(..key).next_back().filter(|entry| entry.0 == task.column)?;
        self.tasks.get(&next.2)
    }

    /// The last task of a column.
    pub fn last_in(&self, column: ColumnId) -> Option<&Row<Task>> {
        let mut end = column.bits();
        end = end.saturating_add(1);
        let before = (ColumnId::from_bits(end), String::new(), TaskId::from_bits(0));
        let last = self.order.range(..before).next_back().filter(|entry| entry.0 == column)?;
        self.tasks.get(&last.2)
    }

    /// How many tasks are in a column.
    pub fn population(&self, column: ColumnId) -> usize {
        self.population.get(&column).copied().unwrap_or(0)
    }

    /// The task with this number.
    pub fn task_by_number(&self, number: u64) -> Option<&Row<Task>> {
        self.tasks.get(self.by_number.get(&number)?)
    }

    /// The parts of a task.
    pub fn children(&self, task: TaskId) -> impl Iterator<Item = TaskId> + '_ {
        seconds(&self.children, task, TaskId::from_bits(0))
    }

    /// The tasks that block a task, whether they are done or not.
    pub fn blockers_of(&self, task: TaskId) -> impl Iterator<Item = &Row<Task>> + '_ {
        seconds(&self.blockers, task, TaskId::from_bits(0)).filter_map(|id| self.tasks.get(&id))
    }

    /// The comments on a task, oldest first.
    pub fn comments_of(&self, task: TaskId) -> impl Iterator<Item = &Row<Comment>> + '_ {
        seconds(&self.comments_of, task, CommentId::from_bits(0)).filter_map(|id| self.comments.get(&id))
    }

    /// The time spent on a task.
    pub fn time_of(&self, task: TaskId) -> impl Iterator<Item = &Row<TimeEntry>> + '_ {
        seconds(&self.time_of, task, TimeEntryId::from_bits(0)).filter_map(|id| self.time_entries.get(&id))
    }

    /// The places in code that a task is about.
    pub fn anchors_of(&self, task: TaskId) -> impl Iterator<Item = &Row<Anchor>> + '_ {
        seconds(&self.anchors_of, task, AnchorId::from_bits(0)).filter_map(|id| self.anchors.get(&id))
    }

    /// The sprint that runs, if one does.
    pub fn active_sprint(&self) -> Option<&Row<Sprint>> {
        self.sprints.values().find(|sprint| sprint.state == SprintState::Active)
    }

    /// What must hold of every project, whatever commands came; the first breach found, in words.
    ///
    /// # Errors
    /// A sentence that names the breach.
    pub fn check_invariants(&self) -> Result<(), String> {
        let last = self.project().map_or(0, |project| project.last_number);
        let mut numbers = BTreeSet::new();
        for task in self.tasks.values() {
            let key = task.number;
            if key == 0 || key > last || !numbers.insert(key) {
                return Err(format!("number {key} is out of range or given twice"));
            }
            if !self.columns.contains_key(&task.column) {
                return Err(format!("task {key} is in a column that is not there"));
            }
            if !crate::rank::is_rank(&task.rank) {
                return Err(format!("task {key} has the rank {:?}", task.rank));
            }
            let links = task.blocks.iter().chain(&task.relates).chain(&task.parent).chain(&task.duplicate_of);
            if let Some(gone) = links.clone().find(|id| !self.tasks.contains_key(id)) {
                return Err(format!("task {key} links to {gone}, which is not there"));
            }
            if task.relates.iter().any(|id| self.tasks.get(id).is_some_and(|other| !other.relates.contains(&task.id))) {
                return Err(format!("task {key} relates to one that does not relate back"));
            }
            if task.labels.iter().any(|id| !self.labels.contains_key(id))
                || task.epic.is_some_and(|id| !self.epics.contains_key(&id))
                || task.sprint.is_some_and(|id| !self.sprints.contains_key(&id))
            {
                return Err(format!("task {key} has a label, epic or sprint that is not there"));
            }
            if self.reaches(task.id, task.id, |task| task.blocks.iter().copied().collect()) {
                return Err(format!("task {key} blocks itself"));
            }
            if self.reaches(task.id, task.id, |task| task.parent.into_iter().collect()) {
                return Err(format!("task {key} is a part of itself"));
            }
        }
        let places: BTreeSet<_> = self.order.iter().map(|entry| (entry.0, &entry.1)).collect();
        if places.len() != self.tasks.len() {
            return Err("two tasks share a place".to_owned());
        }
        let orphans = self
            .comments
            .values()
            .map(|it| it.task)
            .chain(self.time_entries.values().map(|it| it.task))
            .chain(self.anchors.values().map(|it| it.task))
            .find(|task| !self.tasks.contains_key(task));
        if let Some(task) = orphans {
            return Err(format!("something belongs to {task}, which is not there"));
        }
        if self.sprints.values().filter(|sprint| sprint.state == SprintState::Active).count() > 1 {
            return Err("two sprints are active".to_owned());
        }
        if self.org().is_some() && !self.org_members.values().any(|member| member.role == crate::Role::Owner) {
            return Err("the organisation has no owner".to_owned());
        }
        Ok(())
    }

    /// Whether `goal` is reached from `start` over one or more links.
    pub fn reaches(&self, start: TaskId, goal: TaskId, links: impl Fn(&Task) -> Vec<TaskId>) -> bool {
        let mut seen = BTreeSet::new();
        let mut open: Vec<TaskId> = self.tasks.get(&start).map_or_else(Vec::new, |task| links(task));
        while let Some(id) = open.pop() {
            if id == goal {
                return true;
            }
            if seen.insert(id)
                && let Some(task) = self.tasks.get(&id)
            {
                open.extend(links(task));
            }
        }
        false
    }
}
