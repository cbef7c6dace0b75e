/// A project: what a model must do, on which data, and which models may do it on this machine.
@NullMarked
package dev.lilla.project;

import org.jspecify.annotations.NullMarked;
