/// The models of a server, and what each has to write.
@NullMarked
package dev.lilla.serve.host;

import org.jspecify.annotations.NullMarked;
