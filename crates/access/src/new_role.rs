use crate::{Permission, catalogue};

/// A role as a form asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRole {
    name: String,
    level: i32,
    permissions: Vec<&'static Permission>,
}

/// What is wrong with the form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NewRoleError {
    /// No name, or over 60 characters.
    #[error("give the role a name of 1 to 60 characters")]
    Name,
    /// None of 80, 60, 40, 30, 20.
    #[error("choose one of the levels")]
    Level,
    /// Nothing chosen.
    #[error("choose at least one permission")]
    NoPermissions,
    /// Not in the catalogue.
    #[error("there is no permission {0}")]
    UnknownPermission(String),
}

/// Levels that a role may have: 100 is an owner's alone.
pub const ROLE_LEVELS: [i32; 5] = [80, 60, 40, 30, 20];
const MAX_NAME_CHARACTERS: usize = 60;

impl NewRole {
    /// Checks the form.
    pub fn parse(name: &str, level: i32, permissions: &[String]) -> Result<Self, NewRoleError> {
        let name = name.trim();
        let length = name.chars().count();
        if length == 0 || length > MAX_NAME_CHARACTERS || name.chars().any(char::is_control) {
            return Err(NewRoleError::Name);
        }
        if !ROLE_LEVELS.contains(&level) {
            return Err(NewRoleError::Level);
        }
        if permissions.is_empty() {
            return Err(NewRoleError::NoPermissions);
        }
        let known = |name: &String| {
            catalogue::find(name).ok_or_else(|| NewRoleError::UnknownPermission(name.clone()))
        };
        let mut permissions: Vec<_> = permissions.iter().map(known).collect::<Result<_, _>>()?;
        permissions.sort_by_key(|permission| permission.name);
        permissions.dedup();
        Ok(Self {
            name: name.to_owned(),
            level,
            permissions,
        })
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// 80 to 20.
    pub const fn level(&self) -> i32 {
        self.level
    }

    /// Their names, sorted.
    pub fn permissions(&self) -> Vec<String> {
        let names = self.permissions.iter();
        names.map(|permission| permission.name.to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_has_a_name_a_level_below_an_owners_and_known_permissions() {
        let parse = |name: &str, level, permissions: &[&str]| {
            let permissions: Vec<String> = permissions.iter().map(|&p| p.to_owned()).collect();
            NewRole::parse(name, level, &permissions)
        };
        let role = parse(
            " Auditor ",
            40,
            &["insight.read", "audit.read", "audit.read"],
        )
        .unwrap();
        assert_eq!(role.name(), "Auditor");
        assert_eq!(role.permissions(), ["audit.read", "insight.read"]);
        let error =
            |name: &str, level, permissions: &[&str]| parse(name, level, permissions).unwrap_err();
        assert_eq!(error(" ", 40, &["audit.read"]), NewRoleError::Name);
        assert_eq!(error("A\u{7}", 40, &["audit.read"]), NewRoleError::Name);
        assert_eq!(error("A", 100, &["audit.read"]), NewRoleError::Level);
        assert_eq!(error("A", 41, &["audit.read"]), NewRoleError::Level);
        assert_eq!(error("A", 40, &[]), NewRoleError::NoPermissions);
        let unknown = NewRoleError::UnknownPermission("*".to_owned());
        assert_eq!(error("A", 40, &["*"]), unknown);
    }
}
