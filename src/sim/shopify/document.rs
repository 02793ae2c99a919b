//! A document that came in: parsed, its variables put in, its fragments laid out, checked against the schema, and priced.

use std::collections::BTreeMap;

use async_graphql_parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection as Parsed, SelectionSet,
};
use async_graphql_parser::{Pos, Positioned};
use serde_json::{Map, Value, json};

use super::schema::{self, Gives};

/// How deep selections may lie. The deepest useful one has eight levels.
const DEPTH_MAX: usize = 24;

/// Selections that one document may have once its fragments are laid out.
const SELECTIONS_MAX: usize = 5_000;

/// Points of a mutation, beside what it gives back.
const MUTATION_POINTS: f64 = 10.0;

/// A document that is not answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wrong(pub Value);

impl Wrong {
    fn at(pos: Pos, code: &str, message: &str) -> Self {
        Self(json!({
            "message": message,
            "locations": [{"line": pos.line, "column": pos.column}],
            "extensions": {"code": code},
        }))
    }
}

/// A selection with its fragments laid out.
#[derive(Debug, Clone)]
pub(super) enum Selection {
    /// A field.
    Field(Box<Asked>),
    /// Fields of one member of a union.
    On(&'static str, Vec<Selection>),
}

/// A field that is asked for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub key: String,
    pub name: String,
    pub gives: Gives,
    pub scope: Option<&'static str>,
    pub arguments: Map<String, Value>,
    pub inner: Vec<Selection>,
    pub pos: Pos,
}

/// A checked document.
#[derive(Debug)]
pub(super) struct Question {
    pub mutates: bool,
    pub fields: Vec<Selection>,
    /// Points it may cost.
    pub points: f64,
}

/// Parses and checks. `lacks`: fields that this version does not have.
pub(super) fn read(text: &str, variables: &Map<String, Value>, lacks: &[String]) -> Result<Question, Wrong> {
    let parsed = async_graphql_parser::parse_query(text).map_err(|error| {
        let pos = error.positions().next().unwrap_or(Pos { line: 1, column: 1 });
        Wrong::at(pos, "PARSE_ERROR", "syntax error, the document cannot be parsed")
    })?;
    let operation = only(&parsed)?;
    let mut reading = Reading { document: &parsed, lacks, variables: BTreeMap::new(), count: 0 };
    reading.take_variables(&operation.node, variables)?;
    let (of, mutates) = match operation.node.ty {
        OperationType::Query => ("QueryRoot", false),
        OperationType::Mutation => ("Mutation", true),
        OperationType::Subscription => {
            return Err(Wrong::at(operation.pos, "undefinedType", "Schema is not configured for subscriptions"));
        }
    };
    let fields = reading.lay_out(&operation.node.selection_set.node, of, 0)?;
    let points = price(&fields) + if mutates { MUTATION_POINTS } else { 0.0 };
    Ok(Question { mutates, fields, points })
}

fn only(document: &ExecutableDocument) -> Result<&Positioned<OperationDefinition>, Wrong> {
    match &document.operations {
        DocumentOperations::Single(operation) => Ok(operation),
        DocumentOperations::Multiple(operations) => match operations.values().next() {
            Some(operation) if operations.len() == 1 => Ok(operation),
            Some(_) | None => {
                let pos = Pos { line: 1, column: 1 };
                Err(Wrong::at(pos, "missingOperationName", "An operation name is required"))
            }
        },
    }
}

struct Reading<'a> {
    document: &'a ExecutableDocument,
    lacks: &'a [String],
    variables: BTreeMap<String, Value>,
    count: usize,
}

impl Reading<'_> {
    fn take_variables(&mut self, operation: &OperationDefinition, given: &Map<String, Value>) -> Result<(), Wrong> {
        for declared in &operation.variable_definitions {
            let name = declared.node.name.node.as_str();
            let fallback = declared.node.default_value.as_ref();
            let fallback = fallback.and_then(|value| value.node.clone().into_json().ok());
            let value = given.get(name).cloned().filter(|value| !value.is_null()).or(fallback).unwrap_or(Value::Null);
            let wanted = declared.node.var_type.node.to_string();
            let fits = match wanted.trim_end_matches('!') {
                "String" | "ID" => value.is_string(),
                "Int" => value.is_i64(),
                "Boolean" => value.is_boolean(),
                _ => true,
            };
            if (value.is_null() && wanted.ends_with('!')) || (!value.is_null() && !fits) {
                let message = format!("Variable ${name} of type {wanted} was provided invalid value");
                return Err(Wrong::at(declared.pos, "INVALID_VARIABLE", &message));
            }
            self.variables.insert(name.to_owned(), value);
        }
        Ok(())
    }

    fn lay_out(&mut self, set: &SelectionSet, of: &'static str, depth: usize) -> Result<Vec<Selection>, Wrong> {
        let mut laid = Vec::new();
        for item in &set.items {
            self.count += 1;
            if DEPTH_MAX < depth || SELECTIONS_MAX < self.count {
                return Err(Wrong::at(item.pos, "tooDeep", "The document is too large or too deep"));
            }
            match &item.node {
                Parsed::Field(field) => laid.push(self.field(field, of, depth)?),
                Parsed::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map(|on| on.node.on.node.as_str().to_owned());
                    let inner = &fragment.node.selection_set.node;
                    laid.extend(self.fragment(on.as_deref(), inner, of, depth, item.pos)?);
                }
                Parsed::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.document.fragments.get(name) else {
                        let message = format!("Fragment {name} was used, but not defined");
                        return Err(Wrong::at(item.pos, "useAndDefineFragment", &message));
                    };
                    let on = fragment.node.type_condition.node.on.node.as_str().to_owned();
                    laid.extend(self.fragment(Some(&on), &fragment.node.selection_set.node, of, depth, item.pos)?);
                }
            }
        }
        Ok(laid)
    }

    fn fragment(
        &mut self,
        on: Option<&str>,
        set: &SelectionSet,
        of: &'static str,
        depth: usize,
        pos: Pos,
    ) -> Result<Vec<Selection>, Wrong> {
        let on = on.unwrap_or(of);
        if !schema::exists(on) {
            return Err(Wrong::at(
                pos,
                "undefinedType",
                &format!("No such type {on}, so it can't be a fragment condition"),
            ));
        }
        if !schema::fits(on, of) {
            let message = format!("Fragment on {on} can't be spread inside {of}");
            return Err(Wrong::at(pos, "cannotSpreadFragment", &message));
        }
        match schema::UNION.1.iter().find(|member| **member == on && *member != &of) {
            Some(member) => Ok(vec![Selection::On(member, self.lay_out(set, member, depth + 1)?)]),
            None => self.lay_out(set, of, depth + 1),
        }
    }

    fn field(
        &mut self,
        field: &Positioned<async_graphql_parser::types::Field>,
        of: &'static str,
        depth: usize,
    ) -> Result<Selection, Wrong> {
        let name = field.node.name.node.as_str();
        let key = field.node.response_key().node.to_string();
        if name == "__typename" {
            return Ok(Selection::Field(Box::new(Asked {
                key,
                name: name.to_owned(),
                gives: Gives::Scalar,
                scope: None,
                arguments: Map::new(),
                inner: Vec::new(),
                pos: field.pos,
            })));
        }
        let found = schema::field(of, name).filter(|_| !self.lacks.iter().any(|lacks| lacks == name));
        let Some(def) = found else {
            return Err(Wrong(json!({
                "message": format!("Field '{name}' doesn't exist on type '{of}'"),
                "locations": [{"line": field.pos.line, "column": field.pos.column}],
                "extensions": {"code": "undefinedField", "typeName": of, "fieldName": name},
            })));
        };
        let arguments = self.arguments(field, def.takes)?;
        let set = &field.node.selection_set.node;
        let inner = match def.gives {
            Gives::Scalar if set.items.is_empty() => Vec::new(),
            Gives::Scalar => {
                let message = format!("Selections can't be made on scalars (field '{name}' returns a scalar)");
                return Err(Wrong::at(field.pos, "selectionMismatch", &message));
            }
            Gives::Object(_) | Gives::List(_) | Gives::Connection(_) if set.items.is_empty() => {
                let message = format!("Field must have selections (field '{name}' returns an object)");
                return Err(Wrong::at(field.pos, "selectionMismatch", &message));
            }
            Gives::Object(inner) | Gives::List(inner) => self.lay_out(set, inner, depth + 1)?,
            Gives::Connection(node) => self.connection(set, node, &arguments, field.pos, depth)?,
        };
        let (name, gives, scope, pos) = (name.to_owned(), def.gives, def.scope, field.pos);
        Ok(Selection::Field(Box::new(Asked { key, name, gives, scope, arguments, inner, pos })))
    }

    /// `nodes` and `pageInfo` of a connection.
    fn connection(
        &mut self,
        set: &SelectionSet,
        node: &'static str,
        arguments: &Map<String, Value>,
        pos: Pos,
        depth: usize,
    ) -> Result<Vec<Selection>, Wrong> {
        match arguments.get("first").and_then(Value::as_i64) {
            Some(1..=250) => {}
            Some(_) => return Err(Wrong::at(pos, "BAD_REQUEST", "first cannot exceed 250")),
            None => return Err(Wrong::at(pos, "BAD_REQUEST", "you must provide one of first or last")),
        }
        let mut laid = Vec::new();
        for item in &set.items {
            let Parsed::Field(field) = &item.node else {
                return Err(Wrong::at(item.pos, "cannotSpreadFragment", "No fragments on a connection here"));
            };
            let (gives, of) = match field.node.name.node.as_str() {
                "nodes" => (Gives::List(node), node),
                "pageInfo" => (Gives::Object("PageInfo"), "PageInfo"),
                other => {
                    return Err(Wrong(json!({
                        "message": format!("Field '{other}' doesn't exist on type '{node}Connection'"),
                        "locations": [{"line": item.pos.line, "column": item.pos.column}],
                        "extensions": {"code": "undefinedField", "typeName": format!("{node}Connection"), "fieldName": other},
                    })));
                }
            };
            let inner = self.lay_out(&field.node.selection_set.node, of, depth + 1)?;
            laid.push(Selection::Field(Box::new(Asked {
                key: field.node.response_key().node.to_string(),
                name: field.node.name.node.to_string(),
                gives,
                scope: None,
                arguments: Map::new(),
                inner,
                pos: item.pos,
            })));
        }
        Ok(laid)
    }

    fn arguments(
        &self,
        field: &Positioned<async_graphql_parser::types::Field>,
        takes: &[&str],
    ) -> Result<Map<String, Value>, Wrong> {
        let mut arguments = Map::new();
        for (name, value) in &field.node.arguments {
            if !takes.contains(&name.node.as_str()) {
                let message = format!("Field '{}' doesn't accept argument '{}'", field.node.name.node, name.node);
                return Err(Wrong::at(name.pos, "argumentNotAccepted", &message));
            }
            let whole = value.node.clone().into_const_with(|variable| {
                let found = self.variables.get(variable.as_str()).cloned();
                let found = found.ok_or_else(|| {
                    let message = format!("Variable ${variable} is used but not declared");
                    Wrong::at(value.pos, "variableNotDefined", &message)
                })?;
                serde_json::from_value(found)
                    .map_err(|_| Wrong::at(value.pos, "INVALID_VARIABLE", "the variable cannot be read"))
            })?;
            let json = whole.into_json().unwrap_or(Value::Null);
            arguments.insert(name.node.to_string(), json);
        }
        Ok(arguments)
    }
}

/// Objects cost a point, a connection as many of its nodes as are asked for, a union its dearest member.
fn price(fields: &[Selection]) -> f64 {
    let mut sum = 0.0;
    let mut dearest: f64 = 0.0;
    for selection in fields {
        match selection {
            Selection::On(_, inner) => dearest = f64::max(dearest, price(inner)),
            Selection::Field(asked) => sum += price_of(asked),
        }
    }
    sum + dearest
}

fn price_of(asked: &Asked) -> f64 {
    match asked.gives {
        Gives::Scalar | Gives::Object("PageInfo") => 0.0,
        Gives::Object(_) => 1.0 + price(&asked.inner),
        // The nodes of a connection are priced there; other lists are short.
        Gives::List(_) => price(&asked.inner),
        Gives::Connection(_) => {
            let first = asked.arguments.get("first").and_then(Value::as_f64).unwrap_or(0.0);
            let nodes = asked.inner.iter().map(|inner| match inner {
                Selection::Field(field) if field.name == "nodes" => 1.0 + price(&field.inner),
                Selection::Field(_) | Selection::On(..) => 0.0,
            });
            first * nodes.sum::<f64>()
        }
    }
}
