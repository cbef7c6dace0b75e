/// `server.db`: the keys of callers, what they may ask for, and what they have used.
@NullMarked
package dev.lilla.serve.keys;

import org.jspecify.annotations.NullMarked;
