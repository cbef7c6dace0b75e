/// Training: data with its masks, batches, schedules, the loop, its checkpoints and its report.
@NullMarked
package dev.lilla.train;

import org.jspecify.annotations.NullMarked;
