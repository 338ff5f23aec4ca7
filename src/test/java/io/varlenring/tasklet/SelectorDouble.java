// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/** A selector that no channel knows; a loop uses no other ways to select than those with an action. */
abstract class SelectorDouble extends AbstractSelector {
    SelectorDouble() {
        super(SelectorProvider.provider());
    }

    @Override
    public Set<SelectionKey> keys() {
        return Set.of();
    }

    @Override
    public final Set<SelectionKey> selectedKeys() {
        return keys();
    }

    @Override
    public final int selectNow() {
        throw new UnsupportedOperationException();
    }

    @Override
    public final int select(final long timeout) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final int select() {
        throw new UnsupportedOperationException();
    }

    @Override
    protected final void implCloseSelector() {}

    @Override
    protected SelectionKey register(
            final AbstractSelectableChannel channel, final int operations, final Object attachment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Selector wakeup() {
        return this;
    }

    /** A key of this selector that is valid and ready to be read. */
    abstract class Key extends SelectionKey {
        @Override
        public SelectableChannel channel() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Selector selector() {
            return SelectorDouble.this;
        }

        @Override
        public boolean isValid() {
            return true;
        }

        @Override
        public void cancel() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int interestOps() {
            return OP_READ;
        }

        @Override
        public int readyOps() {
            return OP_READ;
        }
    }
}
