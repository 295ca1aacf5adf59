//! The names of one policy: what they mean and of what type, before and while expressions are checked.

use super::expr::Use;
use crate::diagnostics::Span;
use crate::model::{Key, LadderMode, Type, Window};
use qudao_kernel::facts::Table;

#[derive(Debug)]
pub(crate) struct ParamName {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) ty: Option<Type>,
    pub(crate) local: bool,
    /// Sign of every value it can have: all above zero, all below, or unknown.
    pub(crate) sign: i8,
}

#[derive(Debug)]
pub(crate) struct PredicateName {
    pub(crate) name: String,
    pub(crate) span: Span,
    /// What its expression reads, predicates included.
    pub(crate) uses: Vec<Use>,
}

#[derive(Debug)]
pub(crate) struct MeasureName {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) ty: Option<Type>,
    pub(crate) key: Key,
    pub(crate) window: Window,
    /// The table counted, or `None` for a total of lines.
    pub(crate) table: Option<Table>,
    /// Components totalled, by index.
    pub(crate) of: Vec<usize>,
}

#[derive(Debug)]
pub(crate) struct LadderName {
    pub(crate) name: String,
    pub(crate) span: Span,
    /// Argument and result; `None` where the ladder was refused.
    pub(crate) types: Option<(Type, Type)>,
    pub(crate) mode: Option<LadderMode>,
}

/// All names of a policy.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) params: Vec<ParamName>,
    pub(crate) predicates: Vec<PredicateName>,
    pub(crate) measures: Vec<MeasureName>,
    pub(crate) ladders: Vec<LadderName>,
    pub(crate) components: Vec<(String, Span)>,
    /// Names of items that could not be read.
    pub(crate) broken: Vec<String>,
    /// Whether measures have their types, so that expressions can read them.
    pub(crate) measured: bool,
}

impl Names {
    pub(crate) fn param(&self, name: &str) -> Option<usize> {
        self.params.iter().position(|known| known.name == name)
    }

    pub(crate) fn predicate(&self, name: &str) -> Option<usize> {
        self.predicates.iter().position(|known| known.name == name)
    }

    pub(crate) fn measure(&self, name: &str) -> Option<usize> {
        self.measures.iter().position(|known| known.name == name)
    }

    pub(crate) fn ladder(&self, name: &str) -> Option<usize> {
        self.ladders.iter().position(|known| known.name == name)
    }

    pub(crate) fn component(&self, name: &str) -> Option<usize> {
        self.components.iter().position(|(known, _)| known == name)
    }

    /// Where the name is declared for expressions.
    pub(crate) fn declared_at(&self, name: &str) -> Option<Span> {
        let params = self.params.iter().map(|known| (&known.name, known.span));
        let predicates = self.predicates.iter().map(|known| (&known.name, known.span));
        let measures = self.measures.iter().map(|known| (&known.name, known.span));
        let ladders = self.ladders.iter().map(|known| (&known.name, known.span));
        params.chain(predicates).chain(measures).chain(ladders).find(|(known, _)| *known == name).map(|(_, span)| span)
    }

    pub(crate) fn expression_words(&self) -> Vec<String> {
        let params = self.params.iter().map(|known| known.name.clone());
        let predicates = self.predicates.iter().map(|known| known.name.clone());
        let measures = self.measures.iter().map(|known| known.name.clone());
        params.chain(predicates).chain(measures).collect()
    }

    pub(crate) fn ladder_words(&self) -> Vec<String> {
        self.ladders.iter().map(|known| known.name.clone()).collect()
    }
}
