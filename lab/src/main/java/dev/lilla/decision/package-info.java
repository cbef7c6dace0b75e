/// Which variant of which model does the job: held against the goal and against each other, and written down.
@NullMarked
package dev.lilla.decision;

import org.jspecify.annotations.NullMarked;
