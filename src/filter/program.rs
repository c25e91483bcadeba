//! From an expression to a list of tests with two targets each, as BPF programs are.
//!
//! Steps are emitted from the last to the first, so every target is a lower index than the step
//! itself and a program always ends.

use super::primitive::Test;
use crate::dissect::packet::Packet;

/// An expression as parsed: terms joined from left to right.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// One test.
    Test(Test),
    /// The opposite.
    Not(Box<Expression>),
    /// A term and those joined to it, from left to right with equal precedence.
    Chain(Box<Expression>, Vec<(Joint, Expression)>),
}

/// The way a term is joined to those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// Both must hold.
    And,
    /// Either must hold.
    Or,
}

/// Next step of a program, or its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Step(usize),
    Answer(bool),
}

#[derive(Clone, Debug)]
struct Step {
    test: Test,
    pass: Target,
    fail: Target,
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct Program {
    steps: Vec<Step>,
    start: Target,
}

impl Program {
    /// Compiles an expression; every packet matches if there is none.
    pub fn new(expression: Option<Expression>) -> Program {
        let mut program = Program { steps: Vec::new(), start: Target::Answer(true) };
        if let Some(expression) = expression {
            program.start = program.emit(expression, Target::Answer(true), Target::Answer(false));
        }
        program
    }

    /// Appends the steps of an expression that leads to one of two targets; returns the first step.
    fn emit(&mut self, expression: Expression, pass: Target, fail: Target) -> Target {
        match expression {
            Expression::Test(test) => {
                self.steps.push(Step { test, pass, fail });
                Target::Step(self.steps.len() - 1)
            }
            Expression::Not(negated) => self.emit(*negated, fail, pass),
            Expression::Chain(first, rest) => {
                let (mut pass, mut fail) = (pass, fail);
                for (joint, term) in rest.into_iter().rev() {
                    let start = self.emit(term, pass, fail);
                    match joint {
                        Joint::And => pass = start,
                        Joint::Or => fail = start,
                    }
                }
                self.emit(*first, pass, fail)
            }
        }
    }

    /// True if the packet passes.
    #[inline]
    pub fn accepts(&self, packet: &Packet<'_>) -> bool {
        let mut target = self.start;
        loop {
            match target {
                Target::Answer(answer) => return answer,
                Target::Step(at) => {
                    let Some(step) = self.steps.get(at) else { return false };
                    target = if step.test.holds(packet) { step.pass } else { step.fail };
                }
            }
        }
    }
}
