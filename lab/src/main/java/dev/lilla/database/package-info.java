/// SQLite files: opened, and brought up to date.
@NullMarked
package dev.lilla.database;

import org.jspecify.annotations.NullMarked;
