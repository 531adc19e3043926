use domain::{command::*, *};
use expect_test::expect;

use crate::support::{Stream, id};

/// The least role that may send each command, as one table.
#[test]
fn the_least_role_for_each_command() {
    let least = |permission: Permission| {
        Role::BUILT_IN.iter().rev().find(|role| role.permissions().has(permission)).map(Role::to_string).unwrap()
    };
    let table: Vec<String> =
        Permission::ALL.iter().map(|permission| format!("{}: {}", permission.name(), least(*permission))).collect();
    expect![[r#"
        project:read: guest
        task:comment: guest
        task:write: member
        task:delete: maintainer
        project:plan: maintainer
        project:moderate: maintainer
        project:configure: maintainer
        project:share: maintainer
        project:delete: admin
        org:read: member
        org:create_project: maintainer
        org:members: admin
        org:admin: admin
        org:own: owner"#]]
    .assert_eq(&table.join("\n"));
}

#[test]
fn guests_comment_but_do_not_write_and_others_words_are_not_theirs_to_change() {
    let mut stream = Stream::project();
    stream.task(1, "a");
    let comment =
        |number| Command::CreateComment { id: id(number), task: id(1), body: "Hi @ann".to_owned(), reply_to: None };
    stream.must(comment(1));
    (stream.actor, stream.role) = (id(2), Role::Guest);
    stream.must(comment(2));
    expect!["Forbidden forbidden: This needs the permission task:write."]
        .assert_eq(&stream.refusal(Command::UpdateTask { id: id(1), fields: TaskFields::default() }));
    expect!["Forbidden forbidden: This needs the permission project:moderate."]
        .assert_eq(&stream.refusal(Command::DeleteComment { id: id(1) }));
    stream.must(Command::DeleteComment { id: id(2) });
}

#[test]
fn bulk_gives_no_permission_that_its_parts_need() {
    let mut stream = Stream::project();
    stream.task(1, "a");
    stream.role = Role::Member;
    let bulk = Command::Bulk { commands: vec![Command::DeleteTask { id: id(1) }] };
    expect!["Forbidden forbidden: This needs the permission task:delete."].assert_eq(&stream.refusal(bulk));
}

#[test]
fn nobody_rises_above_themselves_and_the_last_owner_stays() {
    let mut stream = Stream::org();
    let set = |user, role| Command::SetOrgMember { user: id(user), role };
    stream.must(set(2, Role::Admin));
    expect!["Conflict last_owner: An organisation needs an owner; appoint another one first."]
        .assert_eq(&stream.refusal(set(1, Role::Member)));
    (stream.actor, stream.role) = (id(2), Role::Admin);
    expect!["Forbidden forbidden: This needs the permission org:own."].assert_eq(&stream.refusal(set(2, Role::Owner)));
    expect!["Forbidden forbidden: This needs the permission org:own."]
        .assert_eq(&stream.refusal(Command::RemoveOrgMember { user: id(1) }));
    let role = Command::SetRole { id: id(1), name: "All".to_owned(), permissions: [Permission::Own].into() };
    expect!["Forbidden forbidden: A role cannot allow more than its definer may do."].assert_eq(&stream.refusal(role));
}

/// Whoever may share a project and no more gives others no more than that, by a role of any kind.
#[test]
fn a_role_is_given_by_those_who_may_do_what_it_allows() {
    let mut org = Stream::org();
    org.must(Command::SetRole { id: id(1), name: "Reader".to_owned(), permissions: [Permission::Read].into() });
    org.must(Command::SetRole { id: id(2), name: "Remover".to_owned(), permissions: [Permission::DeleteTask].into() });
    let roles = [Role::Custom(id(1)), Role::Custom(id(2)), Role::Custom(id(3))];
    let table = |own: &[Permission], give: fn(Role) -> Command| {
        let line = |role: &Role| {
            let answer = decide::may_hand_out(&org.state, Permissions::of(own), &give(*role));
            let answer = answer.map_or_else(|refusal| format!("{:?}", refusal.kind), |()| "may".to_owned());
            format!("{}: {answer}", role.to_string().replace("0000000000000000000000000", ""))
        };
        Role::BUILT_IN.iter().chain(&roles).map(line).collect::<Vec<_>>().join("\n")
    };
    let member = |role| Command::SetMember { user: id(3), role };
    let team = |role| Command::SetTeamGrant { team: id(3), role };
    let bulk = |role| Command::Bulk { commands: vec![Command::SetMember { user: id(3), role }] };
    let sharer = [Permission::Read, Permission::Comment, Permission::Share];
    expect![[r#"
        owner: Forbidden
        admin: Forbidden
        maintainer: Forbidden
        member: Forbidden
        guest: may
        role_1: may
        role_2: Forbidden
        role_3: NotFound"#]]
    .assert_eq(&table(&sharer, member));
    assert_eq!(table(&sharer, team), table(&sharer, member));
    assert_eq!(table(&sharer, bulk), table(&sharer, member));
    let recruiter =
        [Permission::Read, Permission::Comment, Permission::Write, Permission::ReadOrg, Permission::ManageMembers];
    expect![[r#"
        owner: Forbidden
        admin: Forbidden
        maintainer: Forbidden
        member: may
        guest: may
        role_1: may
        role_2: Forbidden
        role_3: NotFound"#]]
    .assert_eq(&table(&recruiter, |role| Command::SetOrgMember { user: id(3), role }));
}
