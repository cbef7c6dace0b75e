/// How sure a score is: intervals, tests between two models, and how many examples would settle a question.
@NullMarked
package dev.lilla.evaluate.statistics;

import org.jspecify.annotations.NullMarked;
