# Contains only the released static program. The build context is an unpacked release archive for Linux;
# .github/workflows/release.yml builds the image.
FROM scratch
COPY lambdacost LICENSE-APACHE LICENSE-MIT /
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["/lambdacost"]
