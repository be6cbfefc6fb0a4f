import Testing

@testable import TokenIssuer

@Suite struct SecretHashTests {
  @Test func onlyTheSecretFits() throws {
    let hash = try SecretHash.make("s3cret-ü", cost: Bench.cost)
    #expect(hash.verify("s3cret-ü"))
    for wrong in ["", "s3cret-u", "S3cret-ü", "s3cret-ü1", "s3cret"] { #expect(!hash.verify(wrong)) }
  }

  @Test func whiteSpaceAroundItDoesNotCount() throws {
    #expect(try SecretHash.make("secret\n", cost: Bench.cost).verify(" secret"))
    #expect(try !SecretHash.make("se cret", cost: Bench.cost).verify("secret"))
  }

  @Test(arguments: ["", " ", "\n\t"])
  func anEmptySecretIsRefused(secret: String) {
    #expect(throws: SecretHash.Failure.empty) { try SecretHash.make(secret, cost: Bench.cost) }
  }

  @Test func theStoredFormComesBack() throws {
    let hash = try SecretHash.make("secret")
    #expect(hash.encoded.wholeMatch(of: /\$scrypt\$ln=\d+,r=8,p=1\$[\w-]{22}\$[\w-]{43}/) != nil)
    let read = try #require(SecretHash(encoded: hash.encoded))
    #expect(read == hash && read.verify("secret") && !read.verify("other"))
  }

  @Test func equalSecretsHaveDifferentHashes() throws {
    #expect(try SecretHash.make("secret", cost: Bench.cost) != SecretHash.make("secret", cost: Bench.cost))
  }

  /// RFC 7914, section 12, third vector.
  @Test func itIsScrypt() throws {
    let hash = try #require(
      SecretHash(
        encoded: "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU"
          + "$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw"))
    #expect(hash.verify("pleaseletmein"))
    #expect(!hash.verify("pleaseletmeIn"))
  }

  @Test(arguments: [
    "", "secret", "$scrypt$ln=14,r=8,p=1$AAAA", "$argon2id$ln=14,r=8,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
    "$scrypt$ln=99,r=8,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA", "$scrypt$ln=14,r=8$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
    "$scrypt$ln=14,r=8,p=1$AAAA$", "$scrypt$ln=14,r=8,p=1$AAAA$AA==",
    "$scrypt$ln=0,r=8,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
  ])
  func anythingElseIsNoHash(encoded: String) { #expect(SecretHash(encoded: encoded) == nil) }

  /// An unknown name must cost what a wrong password costs.
  @Test func theDecoyCostsAsMuchAndFitsNothing() throws {
    let parameters = try SecretHash.make("x").encoded.split(separator: "$")[1]
    #expect(SecretHash.decoy.encoded.split(separator: "$")[1] == parameters)
    #expect(!SecretHash.decoy.verify("") && !SecretHash.decoy.verify("x"))
  }

  @Test func descriptionsKeepTheSecret() throws {
    let hash = try SecretHash.make("secret", cost: Bench.cost)
    #expect("\(hash)" == "a secret's hash")
    #expect(!String(describing: try Bench.account()).contains("scrypt"))
  }
}
