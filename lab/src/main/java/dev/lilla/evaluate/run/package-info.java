/// Running a task: models that answer, what that costs, what was measured before, and comparisons of models.
@NullMarked
package dev.lilla.evaluate.run;

import org.jspecify.annotations.NullMarked;
