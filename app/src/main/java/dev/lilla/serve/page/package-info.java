/// The page for people: a fixed list of files, and how browsers are to treat them.
@NullMarked
package dev.lilla.serve.page;

import org.jspecify.annotations.NullMarked;
