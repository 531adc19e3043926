//! Paths that integrators already know. The same handlers as below `/api`, the same rules.

use domain::Permission;
use domain::command::ProjectFields;

use super::commands::Versioned;
use super::projects::{self, NewProject, ProjectShown, ProjectsAfter};
use super::route::{About, Api, Rule};

pub(super) fn register(api: &mut Api) {
    let about = About::new(Rule::SignedIn, "Make a project").command().body::<NewProject>().gives::<ProjectShown>(201);
    api.post("/projects/create", about, projects::create);
    let about = About::new(Rule::SignedIn, "The projects that I may see")
        .query::<ProjectsAfter>()
        .gives::<Vec<ProjectShown>>(200);
    api.get("/projects/list", about, projects::list);
    let about = About::new(Rule::Project(Permission::Read), "A project").gives::<ProjectShown>(200);
    api.get("/projects/{project}", about, projects::show);
    let about = About::new(Rule::Project(Permission::Configure), "Change a project").command();
    api.post("/projects/{project}/update", about.body::<ProjectFields>().gives::<Versioned>(200), projects::update);
}
