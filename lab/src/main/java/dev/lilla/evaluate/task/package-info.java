/// Tasks as data: task files, the examples they make of rows, and the scores of what came back.
@NullMarked
package dev.lilla.evaluate.task;

import org.jspecify.annotations.NullMarked;
