"""Random sequences of steps: what qcow2-model modify and QEMU make of one image."""
