package dev.lilla.demo;

/// Makes the examples of one task in one language.
interface ExampleMaker {
    Turns make(Draw draw);
}
