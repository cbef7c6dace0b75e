/// What a server has done, in the text form that Prometheus reads.
@NullMarked
package dev.lilla.serve.metrics;

import org.jspecify.annotations.NullMarked;
